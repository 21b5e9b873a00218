import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { replay } from '../../src/cli/replay/replay.ts'
import { schemaFiles } from '../../src/cli/schemas/files.ts'
import { foldDefaults } from '../../src/core/rollup/fold/settings.ts'
import { attributeDefaults, detectDefaults } from '../support/pipeline.ts'

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
      let out = ''
      const files = ['traces.jsonl.zst', 'metrics.jsonl.zst', 'logs.jsonl.zst', 'cdevents.jsonl']
      await replay({
        files: files.map((file) => join(recorded, file)),
        windows: true,
        verdicts: true,
        rankings: true,
        untilMs: null,
        findManifest: null,
        fold: foldDefaults,
        detect: detectDefaults,
        attribute: attributeDefaults,
        write: (text) => {
          out += text
        },
        progress: () => undefined,
      })
      const validate = validators()
      const lines = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string })
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
