/** The evaluation as a whole: resumable, reproducible, and what its rows mean. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { allCells, type Cell, matching, nameOf } from '../../../src/cli/evaluate/cells.ts'
import { errorsTimes, none } from '../../../src/cli/evaluate/effects.ts'
import { withKnownRows } from '../../../src/cli/evaluate/known-rows.ts'
import { Pieces } from '../../../src/cli/evaluate/pieces.ts'
import { runCells } from '../../../src/cli/evaluate/run.ts'
import { type ReleaseResult, runService } from '../../../src/cli/evaluate/run-service.ts'
import { type Row, rowsOf, wilson } from '../../../src/cli/evaluate/score.ts'
import { percent } from '../../../src/cli/evaluate/table.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'culprit-evaluation-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const cell = (over: Partial<Cell> = {}): Cell => ({
  mode: 'forecast',
  rps: 100,
  routes: 1,
  historyHours: 0,
  effect: errorsTimes(10),
  asks: 'alarm',
  releases: { services: 2, each: 2 },
  ...over,
})

it('every cell has a name of its own', () => {
  const names = allCells().map(nameOf)
  expect(new Set(names).size).toBe(names.length)
})

it('every null cell is 2,000 releases', () => {
  const nulls = allCells().filter(({ effect }) => effect.name === 'none')
  expect(nulls.length).toBeGreaterThanOrEqual(54)
  for (const { releases } of nulls) expect(releases.services * releases.each).toBe(2000)
})

it('a pattern picks cells by name, across slashes', () => {
  const found = matching(allCells(), 'split/*/168h/none,*total-stop').map(nameOf)
  expect(found).toContain('split/100rps/7routes/168h/none')
  expect(found).toContain('forecast/100rps/7routes/168h/total-stop')
  expect(found.some((name) => name.startsWith('forecast') && name.endsWith('none'))).toBe(false)
})

it('the same seed gives the same releases; tenfold errors are found in each of them (seed 1)', () => {
  const [one, again] = [runService(cell(), 1, 0), runService(cell(), 1, 0)]

  expect(again).toEqual(one)
  for (const { culprit } of one) {
    expect(culprit.regressedMinutes).toBeLessThanOrEqual(5)
    expect(culprit.signals).toContain('errors')
  }
}, 60_000)

it('a cell that has been done is not done again, and a half-done one is finished (seed 1)', async () => {
  const short = matching(allCells(), 'forecast/100rps/7routes/0h/errors-x4')
  const pieces = new Pieces(folder, 1)
  const told: string[] = []
  const options = { seed: 1, workers: 1, tell: (text: string) => told.push(text) }
  await runCells(short, pieces, { ...options, services: 1 })
  expect(told).toHaveLength(1)

  await runCells(short, pieces, { ...options, services: 1 })
  expect(told).toHaveLength(1)
  expect(pieces.read(short[0]!, 0)).toHaveLength(short[0]!.releases.each)
  expect(pieces.read(short[0]!, 1)).toBeNull()
  expect(readdirSync(folder)).toHaveLength(1)
}, 60_000)

const result = (regressedMinutes: number | null, over = {}): ReleaseResult => ({
  culprit: {
    regressedMinutes,
    recoveredMinutes: null,
    finalVerdict: 'watching',
    signals: [],
    routes: [],
    logEMax: 0,
    ...over,
  },
  rivals: { kayenta: null, 'kayenta-once': null, 'fixed-threshold': null, 'five-percent': null },
})

it('a delay counts from the onset, and an alarm before it is no find', () => {
  const late = cell({ effect: errorsTimes(4, { fromMinute: 20 }) })
  const [row] = rowsOf(late, [result(5), result(25), result(30), result(null)], '')

  expect(row).toMatchObject({ releases: 4, alarms: 2, share: 0.5, medianMinutes: 10 })
})

it('a median beyond the found ones is not told', () => {
  const [row] = rowsOf(cell(), [result(3), result(null), result(null)], '')
  expect(row).toMatchObject({ alarms: 1, medianMinutes: null })
})

it('a recovery counts where the release had regressed before the cure, within five minutes of it', () => {
  const cured = cell({ asks: 'recovery', effect: errorsTimes(4, { untilMinute: 30 }) })
  const [row] = rowsOf(
    cured,
    [
      result(2, { recoveredMinutes: 33 }),
      result(2, { recoveredMinutes: 36 }),
      result(31, { recoveredMinutes: 33 }),
      result(null),
    ],
    '',
  )
  expect(row).toMatchObject({ releases: 2, alarms: 1 })
})

it('the interval of no alarm in 2,000 ends below .2 %', () => {
  expect(wilson(0, 2000)).toMatchObject({ low: 0 })
  expect(wilson(0, 2000).high).toBeLessThan(0.002)
  expect(wilson(10, 2000).high).toBeCloseTo(0.0092, 4)
})

it('a null release is quiet in its rows too (seed 2)', () => {
  const quiet = cell({ effect: none })
  const [row] = rowsOf(quiet, runService(quiet, 2, 0), 'd')
  expect(row).toMatchObject({ method: 'culprit', effect: 'none', releases: 2, parameters: 'd' })
}, 60_000)

it('rows written before stay until a larger run of the same seed and parameters replaces them', () => {
  const [first] = allCells()
  const rowOf = (releases: number, parameters = 'p') => ({
    ...rowsOf(first!, [result(null)], parameters)[0]!,
    releases,
  })
  const file = join(folder, 'evaluation.json')
  const write = (row: Row) => writeFileSync(file, JSON.stringify({ seed: 1, cells: [row] }))
  const now = { seed: 1, digest: 'p' }
  expect(withKnownRows([rowOf(3)], file, now)).toEqual([rowOf(3)])
  write(rowOf(5))
  expect(withKnownRows([rowOf(3)], file, now)).toEqual([rowOf(5)])
  expect(withKnownRows([rowOf(8)], file, now)).toEqual([rowOf(8)])
  expect(withKnownRows([], file, now)).toEqual([rowOf(5)])
  expect(withKnownRows([], file, { ...now, seed: 2 })).toEqual([])
  expect(withKnownRows([], file, { ...now, digest: 'q' })).toEqual([])
})

it('all but one is not told as all', () => {
  expect([0, 0.0045, 0.07, 0.5, 299 / 300, 1].map((share) => percent(share))).toEqual([
    '0 %',
    '0.45 %',
    '7 %',
    '50 %',
    '99.67 %',
    '100 %',
  ])
})
