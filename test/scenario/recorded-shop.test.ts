/**
 * Telemetry of a real shop, recorded by a real Collector, with the truth beside it (../shared/data): the
 * windows add up to the truth, and the planted release is found, no other.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Incident } from '../../src/contracts/incident.ts'
import type { VerdictLine, WindowLine } from '../../src/contracts/replay-lines.ts'
import { type Line, linesOf, replayText } from '../support/run-replay.ts'
import { hasShop, type ServerSpans, shopFolder } from '../support/shop-data.ts'

const folder = join(shopFolder, 'run')
const files = ['traces.jsonl.zst', 'metrics.jsonl.zst', 'logs.jsonl.zst', 'cdevents.jsonl'].map(
  (name) => join(folder, name),
)

describe.skipIf(!hasShop)('the recorded shop (needs ../shared/data)', () => {
  let text = ''
  let lines: Line[] = []
  beforeAll(async () => {
    text = await replayText(files)
    lines = linesOf(text)
  }, 120_000)

  it('has windows of spans that add up to its SERVER spans, requests and errors', () => {
    const truth = JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as {
      serverSpans: ServerSpans[]
    }
    const expected = new Map<string, [requests: number, errors: number]>()
    for (const each of truth.serverSpans) {
      const route = each.route ? `${each.method} ${each.route}` : each.method
      const key = `${each.service} ${each.version} ${route}`
      const [requests, errors] = expected.get(key) ?? [0, 0]
      const failed = each.spanStatus === 2 || each.httpStatus >= 500
      expected.set(key, [requests + each.count, errors + (failed ? each.count : 0)])
    }
    const got = new Map<string, [number, number]>()
    for (const line of lines) {
      const window = line as unknown as WindowLine
      if (window.type !== 'window' || window.source !== 'spans') continue
      const key = `${window.service.name} ${window.version} ${window.route}`
      const [requests, errors] = got.get(key) ?? [0, 0]
      got.set(key, [requests + window.requests, errors + window.errors])
    }
    expect(new Map(got)).toEqual(expected)
  })

  it('has the planted release as its only regression, errors of POST /orders', () => {
    const verdicts = lines.filter(({ type }) => type === 'verdict') as unknown as VerdictLine[]
    const regressed = verdicts.filter(({ verdict }) => verdict === 'regressed')

    expect(
      new Set(regressed.map(({ release }) => `${release.service.name} ${release.version}`)),
    ).toEqual(new Set(['checkout 1.5.0']))
    const signals = regressed.at(-1)!.signals.filter(({ state }) => state === 'regressed')
    expect(signals.map(({ signal, scope }) => [signal, scope.route])).toContainEqual([
      'errors',
      'POST /orders',
    ])
    expect(signals.some(({ scope }) => scope.route === 'GET /cart/{id}')).toBe(false)
  })

  it('opens one incident that suggests the version before, and is mitigated by the rollback', () => {
    const incidents = lines.filter(({ type }) => type === 'incident') as unknown as Incident[]

    expect(new Set(incidents.map(({ id }) => id)).size).toBe(1)
    expect(incidents[0]!.suggestion?.to.version).toBe('1.4.0')
    expect(incidents.at(-1)!.state).toBe('mitigating')
  })

  it('prints the same bytes again, its files in another order', async () => {
    expect((await replayText([...files].reverse())) === text).toBe(true)
  }, 120_000)
})
