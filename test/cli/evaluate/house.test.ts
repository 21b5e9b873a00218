/** Signals that stand outside a release's weighted sum: houses with releases, watched by the product itself. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Gauge, Rollup } from '../../../src/contracts/service-events.ts'
import { aloneStories } from '../../../src/cli/evaluate/alone-story.ts'
import {
  allCells,
  type HouseCell,
  isHouse,
  matching,
  nameOf,
} from '../../../src/cli/evaluate/cells.ts'
import { figuresOf } from '../../../src/cli/evaluate/figures.ts'
import { SyntheticHouse } from '../../../src/cli/evaluate/house.ts'
import { HouseAlarm } from '../../../src/cli/evaluate/house-alarm.ts'
import { CpuTime } from '../../../src/cli/evaluate/house-cpu.ts'
import { Pieces } from '../../../src/cli/evaluate/pieces.ts'
import { runCells } from '../../../src/cli/evaluate/run.ts'
import { runHouse } from '../../../src/cli/evaluate/run-house.ts'
import type { ReleaseResult } from '../../../src/cli/evaluate/run-service.ts'
import { rowsOf } from '../../../src/cli/evaluate/score.ts'
import { said } from '../../../src/cli/evaluate/table.ts'

const houses = allCells().filter(isHouse)
const cellOf = (name: string) => houses.find((cell) => nameOf(cell) === name)!
/** The same with six hours of history and few releases. */
const quick = (cell: HouseCell, each = 1): HouseCell => ({
  ...cell,
  historyHours: 6,
  releases: { services: 1, each },
})
const isHarmless = ({ effect }: HouseCell) => effect.name === 'none'

describe('the quick form of each cell', () => {
  it.each(houses.filter(isHarmless).map((cell) => [nameOf(cell), cell] as const))(
    'runs, and hardly anything alarms: %s (seed 2)',
    (_, cell) => {
      const results = runHouse(quick(cell, 2), 2, 0)
      const [row] = rowsOf(cell, results, 'd')

      expect(row).toMatchObject({ method: 'culprit', effect: 'none', releases: 2 })
      expect(row!.alarms + row!.byCounts!).toBeLessThanOrEqual(1)
      expect(row!.signal).toBe(cell.alone.signal)
      expect(results.map(({ culprit }) => culprit.finalVerdict)).not.toContain('watching')
    },
    60_000,
  )

  it.each([
    { name: 'split/alone/cpu/x1.5', metric: 'process.cpu.time' },
    { name: 'forecast/alone/cpu/x1.5', metric: 'process.cpu.time' },
    { name: 'split/alone/restarts/crash-loop', metric: 'k8s.container.restarts' },
    { name: 'forecast/alone/restarts/crash-loop', metric: 'k8s.container.restarts' },
    { name: 'split/alone/gauges/jump-4-sd', metric: 'metric_1' },
    { name: 'forecast/alone/gauges/jump-4-sd', metric: 'metric_1' },
    { name: 'split/alone/business/x0.6', metric: 'orders.placed' },
    { name: 'forecast/alone/business/x0.6', metric: 'orders.placed' },
  ])(
    'runs, and what alarms is $metric alone: $name (seed 1)',
    ({ name, metric }) => {
      const cell = cellOf(name)
      const results = runHouse(quick(cell, 2), 1, 0)
      const [row] = rowsOf(cell, results, 'd')

      expect(row).toMatchObject({ releases: 2, byCounts: 0, effect: cell.effect.name })
      if (cell.mode === 'split') expect(row!.alarms).toBe(2)
      for (const { culprit } of results) {
        expect(culprit.signals).toEqual(culprit.regressedMinutes === null ? [] : [metric])
      }
    },
    60_000,
  )
})

describe('a house', () => {
  it('is the same for the same seed, another for another; more releases leave the first as they are (seed 2)', () => {
    const cell = cellOf('split/alone/cpu/x1.5')
    const two = runHouse(quick(cell, 2), 2, 0)

    expect(runHouse(quick(cell, 1), 2, 0)).toEqual(two.slice(0, 1))
    expect(runHouse(quick(cell, 2), 2, 1)).not.toEqual(two)
  }, 60_000)

  const story = aloneStories.find(
    ({ signal, effect }) => signal === 'cpu' && effect.name !== 'none',
  )!
  const options = { mode: 'split' as const, rps: 20, story, minutes: 2_000, seed: 3 }
  const told = (house: SyntheticHouse, minutes: number) =>
    Array.from({ length: minutes }, () => house.next().events).flat()
  const versionsOf = (events: readonly unknown[]) => [
    ...new Set((events as Gauge[]).map(({ version }) => version)),
  ]

  it('has both versions side by side, one process of five, until the release has been watched (seed 3)', () => {
    const house = new SyntheticHouse(options, new CpuTime(options))
    expect(versionsOf(told(house, 5))).toEqual(['1'])
    house.release()
    const both = told(house, 200)
    house.settle()
    expect(versionsOf(told(house, 5))).toEqual(['2'])

    const rollups = both.filter((each): each is Rollup => (each as Rollup).kind === 'rollup')
    const requests = (version: string) =>
      rollups
        .filter((each) => each.version === version)
        .reduce((sum, { rows }) => sum + rows[0]!.requests, 0)
    expect(requests('2') / (requests('1') + requests('2'))).toBeCloseTo(0.2, 1)
    const gauges = both.filter((each): each is Gauge => (each as Gauge).kind === 'gauge')
    expect(new Set(gauges.map(({ version, instance }) => `${version} ${instance}`)).size).toBe(5)
  })

  it('spends half as much again on a request of the new version, beside idle time (seed 3)', () => {
    const house = new SyntheticHouse(options, new CpuTime(options))
    told(house, 1)
    house.release()
    const events = told(house, 600)
    const usedPerRequest = (version: string, share: number) => {
      const totals = events
        .filter((each): each is Gauge => (each as Gauge).kind === 'gauge')
        .filter((each) => each.version === version)
      const first = new Map<number, number>()
      const last = new Map<number, number>()
      for (const { instance, points } of totals) {
        if (!first.has(instance)) first.set(instance, points[0]!.value)
        expect(points[0]!.value).toBeGreaterThanOrEqual(last.get(instance) ?? 0)
        last.set(instance, points[0]!.value)
      }
      const seconds = [...last].reduce((sum, [id, value]) => sum + value - first.get(id)!, 0)
      return seconds / share
    }
    const ratio = usedPerRequest('2', 1) / usedPerRequest('1', 4)

    expect(ratio).toBeGreaterThan(1.2)
    expect(ratio).toBeLessThan(1.5)
  })
})

describe('an alarm', () => {
  const signal = (over: object) => ({ signal: 'errors', state: 'suspicious', ...over }) as never
  const gauge = signal({ signal: 'gauge', state: 'regressed', scope: { metric: 'queue.fill' } })
  const errors = signal({ scope: { metric: null } })
  const at = (minutes: number, verdict: 'regressed' | 'recovered', signals: never[]) => ({
    verdict,
    atMs: 1_000 + minutes * 60_000,
    evidence: 5,
    signals,
  })

  it('is the first time that a release has regressed, counted once', () => {
    const alarm = new HouseAlarm(1_000)
    alarm.note(at(7, 'regressed', [errors, gauge]))
    alarm.note(at(30, 'recovered', []))
    alarm.note(at(40, 'regressed', [errors]))

    const { culprit, byCountsMinutes } = alarm.result
    expect(culprit).toMatchObject({ regressedMinutes: 7, signals: ['queue.fill'] })
    expect(culprit.finalVerdict).toBe('regressed')
    expect(byCountsMinutes).toBeNull()
  })

  it('of the weighted sum is told apart', () => {
    const alarm = new HouseAlarm(1_000)
    const traffic = signal({ signal: 'traffic', state: 'regressed', scope: { metric: null } })
    const quietOne = signal({ signal: 'gauge', state: 'watching', scope: { metric: 'queue.fill' } })
    alarm.note(at(9, 'regressed', [errors, traffic, quietOne]))

    const { culprit } = alarm.result
    expect(culprit).toMatchObject({ regressedMinutes: null, signals: ['errors', 'traffic'] })
    expect(alarm.result.byCountsMinutes).toBe(9)
    const quiet = new HouseAlarm(0).result
    const cell = cellOf('split/alone/cpu/none')
    const [row] = rowsOf(cell, [alarm.result, quiet, quiet, quiet], '')
    expect(row).toMatchObject({ releases: 4, alarms: 0, byCounts: 1 })
    expect(said(row)).toContain('by counts 25 %')
  })
})

it('there are two modes of each story, picked by name', () => {
  expect(houses).toHaveLength(2 * aloneStories.length)
  const found = matching(allCells(), '*/alone/restarts/*').map(nameOf)
  expect(found).toContain('split/alone/restarts/rolling-restart')
  expect(found).toHaveLength(6)
})

it('their null cells have a line of their own among the figures', () => {
  const quiet = new HouseAlarm(0).result
  const loud: ReleaseResult = {
    ...quiet,
    culprit: { ...quiet.culprit, regressedMinutes: 5, signals: ['metric_1'] },
  }
  const all = (loudOnes: number) =>
    houses
      .filter(isHarmless)
      .flatMap((cell) =>
        rowsOf(
          cell,
          [
            ...Array<ReleaseResult>(2000 - loudOnes).fill(quiet),
            ...Array<ReleaseResult>(loudOnes).fill(loud),
          ],
          'd',
        ),
      )
  const line = (loudOnes: number) => figuresOf(all(loudOnes)).at(-1)!

  expect(line(8)).toMatchObject({ reached: 'yes' })
  expect(line(11)).toMatchObject({ reached: 'no' })
  expect(figuresOf(all(0))[0]!.reached).toBe('open')
})

it('what was run of a cell is kept, and the rest is run later, with the same results (seed 1)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-house-'))
  try {
    const [cell] = matching(allCells(), 'split/alone/restarts/crash-loop')
    const pieces = new Pieces(folder, 1)
    const told: string[] = []
    const options = { seed: 1, services: 1, workers: 1, tell: (text: string) => told.push(text) }
    await runCells([cell!], pieces, options)
    await runCells([cell!], pieces, options)

    expect(told).toHaveLength(1)
    const results = pieces.read(cell!, 0)!
    expect(results).toHaveLength(cell!.releases.each)
    expect(results.every(({ culprit }) => culprit.signals[0] === 'k8s.container.restarts')).toBe(
      true,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 120_000)
