import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { schemaFiles } from '../../src/cli/schemas/files.ts'
import { linesOf, replayText } from '../support/run-replay.ts'

const folder = join(import.meta.dirname, '../../schemas')
const recorded = join(import.meta.dirname, '../../../shared/data/otel-shop/run')

function validators() {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  const named = new Map<string, ReturnType<typeof ajv.compile>>()
  for (const name of readdirSync(folder)) {
    if (['openapi.json', 'asyncapi.json'].includes(name)) continue
    const schema = JSON.parse(readFileSync(join(folder, name), 'utf8')) as object
    named.set(name.replace('.json', ''), ajv.compile(schema))
  }
  return named
}

describe('schemas/', () => {
  it.each([...schemaFiles()])('%s is what the contracts say', (name, text) => {
    expect(readFileSync(join(folder, name), 'utf8')).toBe(text)
  })

  it('are JSON Schema 2020-12 that an independent validator compiles', () => {
    expect(validators().size).toBeGreaterThan(15)
  })

  it.skipIf(!existsSync(recorded))(
    'accept every line that a replay of the recorded shop prints (needs ../shared/data)',
    async () => {
      const files = ['traces.jsonl.zst', 'metrics.jsonl.zst', 'logs.jsonl.zst', 'cdevents.jsonl']
      const lines = linesOf(await replayText(files.map((file) => join(recorded, file))))
      const validate = validators()
      const kinds = new Set(lines.map(({ type }) => type))
      for (const line of lines) {
        const check = validate.get(line.type)!
        expect(check(line), `${line.type}: ${JSON.stringify(check.errors?.slice(0, 3))}`).toBe(true)
      }
      expect([...kinds].sort()).toEqual(
        ['alert', 'incident', 'ranking', 'rollback', 'summary', 'verdict', 'window'].sort(),
      )
    },
  )
})
