/** What `replay` tells a person on standard error: refusals, and settings that met nothing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { notesOn } from '../../../src/cli/commands/replay.ts'
import { UnmatchedRules } from '../../../src/cli/unmatched-rules.ts'
import { parseLine } from '../../../src/cli/replay/parse-line.ts'
import { foldDefaults } from '../../../src/core/rollup/fold/settings.ts'
import { fold } from '../../../src/core/rollup/fold/fold.ts'
import type { MetricRule } from '../../../src/core/rollup/metric-rules.ts'
import { runCulprit } from '../../support/run-culprit.ts'

const atMs = Date.parse('2026-06-01T00:00:00Z')

function unmatched(rules: readonly MetricRule[], telemetry = true): string[] {
  const resource = {
    attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }],
  }
  const nanos = (ms: number) => `${ms}000000`
  const orders = {
    name: 'shop.orders',
    sum: {
      aggregationTemporality: 1,
      isMonotonic: true,
      dataPoints: [
        { startTimeUnixNano: nanos(atMs - 10_000), timeUnixNano: nanos(atMs), asInt: '3' },
      ],
    },
  }
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name: 'POST /orders',
    kind: 2,
    startTimeUnixNano: nanos(atMs - 100),
    endTimeUnixNano: nanos(atMs),
    attributes: [
      { key: 'http.request.method', value: { stringValue: 'POST' } },
      { key: 'http.route', value: { stringValue: '/orders' } },
    ],
  }
  const watch = new UnmatchedRules(rules)
  for (const body of [
    { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [orders] }] }] },
    { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] },
  ]) {
    const { parsed } = parseLine(Buffer.from(JSON.stringify(body)))
    if (parsed.kind !== 'telemetry') throw new Error(parsed.kind)
    const settings = { ...foldDefaults, metrics: rules }
    if (telemetry) watch.seeTelemetry(parsed.telemetry)
    watch.seeEvents(fold(parsed.telemetry, { arrivedMs: atMs, settings }).events)
  }
  return watch.told()
}

describe('an entry of detection.metrics that met nothing', () => {
  const business = { match: 'shop.orders', signal: 'business' } as const

  it.each([
    { rules: [business], told: [], why: 'requests are always there' },
    { rules: [{ ...business, exposure: 'POST /orders' }], told: [], why: 'a route' },
    { rules: [{ ...business, exposure: 'shop.*' }], told: [], why: 'another counter' },
    {
      rules: [{ ...business, exposure: 'POST /ordres' }],
      told: [
        'detection.metrics[0].exposure "POST /ordres": no route or counter that came is named so',
      ],
      why: 'a mistyped route',
    },
    {
      rules: [business, { ...business, match: 'shop.order' }],
      told: ['detection.metrics[1].match "shop.order": no metric that came is named so'],
      why: 'a mistyped name',
    },
    {
      rules: [{ match: 'POST /orders', signal: 'gauge' as const }],
      told: ['detection.metrics[0].match "POST /orders": no metric that came is named so'],
      why: 'a route is no metric',
    },
  ])('is told: $why', ({ rules, told }) => {
    expect(unmatched(rules)).toEqual(told)
    // At the doors of a running process only what was made of the telemetry is seen.
    expect(unmatched(rules, false)).toEqual(told)
  })
})

describe('refusals', () => {
  it('are told with their reasons, and nothing where there are none', () => {
    expect(
      notesOn({ lines: 3, refused: { undecodable: 2, 'no-service': 7 }, unmatched: [] }),
    ).toEqual(['refused of 3 lines and the records in them: 2 undecodable, 7 no-service'])
    expect(notesOn({ lines: 3, refused: {}, unmatched: [] })).toEqual([])
    expect(notesOn({ lines: 0, refused: {}, unmatched: [] })).toEqual([
      'there is no line in the input',
    ])
  })

  it('of a file without one line that decodes stand on standard error, and the exit is 0', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'culprit-notes-'))
    writeFileSync(join(cwd, 'wrong.jsonl'), '{"a"\n{"b":1}\n')
    const run = await runCulprit(['replay', '--verdicts', 'wrong.jsonl'], { cwd })
    rmSync(cwd, { recursive: true })
    expect(run.code).toBe(0)
    expect(run.stderr).toContain(
      'culprit: refused of 2 lines and the records in them: 1 no-event, 1 undecodable',
    )
    expect(run.stdout).toContain('"type":"summary","lines":2')
  })
})
