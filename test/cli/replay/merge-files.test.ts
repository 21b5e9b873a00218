import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mergeFiles } from '../../../src/cli/replay/merge-files.ts'
import { deploymentLine, spanLines } from '../../support/otlp-lines.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const spans = (atMs: number, seconds: number) =>
  spanLines({
    seed: 1,
    startMs: atMs,
    seconds,
    versions: [{ version: '1', fromS: 0, toS: seconds, rps: 20, errorRate: 0 }],
  })
const event = (version: string, atMs: number) => deploymentLine({ atMs, version, id: version })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'merge-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** What arrives when: `s` telemetry, else the id of the event, with whole seconds since the start. */
async function merged(...files: (readonly string[])[]): Promise<[string, number][]> {
  const names = files.map((lines, i) => {
    const name = join(folder, `${i}.jsonl`)
    writeFileSync(name, lines.map((line) => `${line}\n`).join(''))
    return name
  })
  const found: [string, number][] = []
  for await (const { parsed, arrivedMs } of mergeFiles(names)) {
    const what = parsed.kind === 'event' ? parsed.event.id : 's'
    found.push([what ?? '?', Math.floor((arrivedMs - startMs) / 1000)])
  }
  return found
}

describe('mergeFiles', () => {
  it.each([
    { place: 0, why: 'before all telemetry of the file' },
    { place: 20, why: 'before its time' },
    { place: 30, why: 'in its place' },
  ])('puts an event that stands $why where its time is', async ({ place }) => {
    const lines = spans(startMs, 60)
    lines.splice(place, 0, event('2', startMs + 30_000))

    const found = await merged(lines)

    expect(found.findIndex(([what]) => what === '2')).toBe(30)
    expect(found.map(([, second]) => second)).toEqual(
      [
        ...Array.from({ length: 31 }, (_, i) => i),
        ...Array.from({ length: 30 }, (_, i) => 30 + i),
      ].sort((a, b) => a - b),
    )
  })

  it('puts the events of a file in the order of their times', async () => {
    const found = await merged([
      event('c', startMs + 3000),
      event('a', startMs + 1000),
      event('b', startMs + 2000),
    ])
    expect(found).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ])
  })

  it('lets no event of a year ahead move the clock before the telemetry that follows it', async () => {
    const lines = [event('next-year', startMs + 365 * 86_400_000), ...spans(startMs, 20)]
    const found = await merged(lines)
    expect(found.at(-1)![0]).toBe('next-year')
    expect(found[0]).toEqual(['s', 0])
  })

  it('takes lines for their time where what follows them is years old', async () => {
    const lines = [
      ...spans(startMs, 40),
      ...spans(startMs - 1e12, 10),
      ...spans(startMs + 40_000, 20),
    ]
    const found = await merged(lines)
    expect(found.slice(0, 40).map(([, second]) => second)).toEqual(
      Array.from({ length: 40 }, (_, i) => i),
    )
  })

  it('lets a line of a clock that ran ahead arrive with its neighbours', async () => {
    const lines = spans(startMs, 40)
    lines.splice(10, 0, ...spans(startMs + 500_000, 1))
    const found = await merged(lines)
    expect(Math.max(...found.map(([, second]) => second))).toBe(39)
  })
})
