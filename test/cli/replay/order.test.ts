/** Lines come in the order of time and then of kind, though a slow source closes its windows late. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { replayKinds } from '../../../src/cli/replay/output.ts'
import { deploymentLine, metricLines, spanLines } from '../../support/otlp-lines.ts'
import { type Line, linesOf, replayText } from '../../support/run-replay.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const hourMs = 3_600_000
const folder = mkdtempSync(join(tmpdir(), 'order-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, lines: readonly string[]) => {
  writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(''))
  return join(folder, name)
}

/** When a line is of, and its place among those of that moment. */
function placeOf(line: Line): [number, number] {
  const { timestamp } = (line['context'] ?? {}) as { timestamp?: string }
  const at = line['end'] ?? line['at'] ?? line['updatedAt'] ?? timestamp
  const kind = replayKinds.findIndex((each) => each === line.type)
  return [line.type === 'summary' ? Infinity : Date.parse(at as string), kind]
}

it('holds spans of 10 s back for metrics of 5 min, and a late event is no stranger (seed 3)', async () => {
  const seconds = 9_000
  const slow = [
    { version: '1.0', fromS: 0, toS: 5_400, rps: 5, errorRate: 0.01 },
    { version: '1.1', fromS: 5_400, toS: seconds, rps: 5, errorRate: 0.3 },
  ]
  const fast = [{ version: '7', fromS: 0, toS: seconds, rps: 0.5, errorRate: 0 }]
  const common = { seed: 3, startMs, seconds }
  const metrics = { ...common, everyS: 300, temporality: 'cumulative' } as const
  const text = await replayText([
    file('slow.jsonl', metricLines({ ...metrics, versions: slow })),
    file('fast.jsonl', spanLines({ ...common, service: 'front', versions: fast })),
    file('event.jsonl', [deploymentLine({ atMs: startMs + 1.5 * hourMs, version: '1.1' })]),
  ])
  const lines = linesOf(text)

  const places = lines.map(placeOf)
  expect(places).toEqual([...places].sort(([a, x], [b, y]) => a - b || x - y))
  const verdicts = lines.filter(({ type }) => type === 'verdict').map(({ verdict }) => verdict)
  expect(verdicts).toContain('regressed')
  expect(verdicts).not.toContain('unjoined')
})
