import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { timesUntil } from '../../../src/cli/replay/replay.ts'
import { deploymentLine, spanLines } from '../../support/otlp-lines.ts'
import { linesOf, replayText } from '../../support/run-replay.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const folder = mkdtempSync(join(tmpdir(), 'culprit-replay-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('time in which nothing comes', () => {
  it('is passed in seconds at first, then in minutes, and not at all beyond what can expire', () => {
    const times = [...timesUntil(startMs, startMs + 30 * 86_400_000)]

    expect(times.slice(0, 2)).toEqual([startMs + 1_000, startMs + 2_000])
    expect(times.at(-1)).toBe(startMs + 30 * 86_400_000)
    expect(times.length).toBeLessThan(6_000)
  })

  it('ends exactly where it is to end, however short', () => {
    expect([...timesUntil(0, 2_500)]).toEqual([1_000, 2_000, 2_500])
    expect([...timesUntil(0, 500)]).toEqual([500])
  })
})

it('prints the last word on a source that rests in the order of time', async () => {
  const file = (name: string, lines: readonly string[]) => {
    const path = join(folder, name)
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  }
  const rests = spanLines({
    seed: 1,
    startMs,
    seconds: 2_400,
    versions: [
      { version: '1', fromS: 0, toS: 1_800, rps: 5, errorRate: 0.01 },
      { version: '2', fromS: 1_800, toS: 2_400, rps: 5, errorRate: 0.01 },
    ],
  })
  const goesOn = spanLines({
    seed: 2,
    startMs,
    seconds: 9_000,
    service: 'stock',
    versions: [{ version: '1', fromS: 0, toS: 9_000, rps: 0.5, errorRate: 0.01 }],
  })
  const event = deploymentLine({ atMs: startMs + 1_800_000, version: '2' })
  const text = await replayText([file('a', rests), file('b', goesOn), file('c', [event])])
  const times = linesOf(text).flatMap((line) => (line['at'] ?? line['end'] ?? []) as string)

  expect(linesOf(text).some(({ type, final }) => type === 'verdict' && final)).toBe(true)
  expect(times).toEqual([...times].sort())
})
