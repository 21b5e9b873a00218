/** What the monitors do on synthetic services with drift, incidents and clustered errors, cold-start parameters. */
import { expect, it } from 'vitest'
import { forecastBaseline } from '../../../src/core/detection/baseline.ts'
import { isMaterial, judgeDefaults } from '../../../src/core/detection/judge.ts'
import { StreamMonitor } from '../../../src/core/detection/monitor.ts'
import { type Mode, coldStart } from '../../../src/core/detection/parameters.ts'
import { type Bucket, SimulatedService } from '../../support/traffic-simulator.ts'

const scope = { route: null, fingerprint: null, metric: null, caller: null }
const stepMs = 10_000

interface Watch {
  readonly mode: Mode
  readonly seed: number
  readonly ratio: number
  readonly minutes: number
  readonly historyMinutes: number
}

interface Outcome {
  /** Minutes until the alarm; null without one. */
  readonly alarmedAt: number | null
  /** Whether the interval held the truth at the alarm and at the end. */
  readonly held: boolean
  readonly heldAtEnd: boolean
}

/** One stream at 100 requests/s and .5 % errors, watched for an hour or until told otherwise. */
function watch({ mode, seed, ratio, minutes, historyMinutes }: Watch): Outcome {
  const share = mode === 'split' ? 0.2 : 1
  const spec = { rps: 100, minutes: historyMinutes + minutes, rate: 0.005, share }
  const service = new SimulatedService(spec, seed)
  const history = minutesOf(service.draw(0, historyMinutes, () => 0, false))
  const answer = forecastBaseline({
    history,
    stepSeconds: 10,
    nuisance: coldStart.forecast,
    signal: 'other',
  })
  if (!answer.ok) throw new Error(answer.why)
  const monitor = new StreamMonitor({
    signal: 'errors',
    scope,
    mode,
    startMs: 0,
    stepMs,
    nuisance: coldStart[mode],
    ...(mode === 'forecast' ? { baseline: answer.baseline } : {}),
  })
  const read = () => monitor.evidence({ weight: 1, full: false })
  const holds = ({ low, high }: { low: number; high: number }) => low <= ratio && ratio <= high
  let outcome: Outcome = { alarmedAt: null, held: false, heldAtEnd: false }
  for (const [k, bucket] of service
    .draw(historyMinutes, minutes, () => Math.log(ratio))
    .entries()) {
    monitor.push(mode === 'split' ? bucket : { n: bucket.n1, e: bucket.e1 })
    if (outcome.alarmedAt !== null || monitor.logE < judgeDefaults.regressedLogE) continue
    const evidence = read()
    if (!isMaterial(evidence, judgeDefaults)) continue
    outcome = { ...outcome, alarmedAt: (k + 1) / 6, held: holds(evidence) }
  }
  return { ...outcome, heldAtEnd: holds(read()) }
}

function minutesOf(buckets: readonly Bucket[]): { n: number; e: number }[] {
  return Array.from({ length: buckets.length / 6 }, (_, i) =>
    buckets
      .slice(i * 6, i * 6 + 6)
      .reduce(({ n, e }, { n1, e1 }) => ({ n: n + n1, e: e + e1 }), { n: 0, e: 0 }),
  )
}

const outcomes = (count: number, options: Omit<Watch, 'seed'>) =>
  Array.from({ length: count }, (_, i) => watch({ ...options, seed: i + 1 }))
const shareOf = <T>(items: readonly T[], has: (item: T) => boolean) =>
  items.filter(has).length / items.length

it.each([
  { mode: 'split' as const, historyMinutes: 1 },
  { mode: 'forecast' as const, historyMinutes: 90 },
  { mode: 'forecast' as const, historyMinutes: 20 },
])(
  'raises no more than 2 % alarms over 200 harmless releases, $mode with $historyMinutes min before (seeds 1 to 200)',
  ({ mode, historyMinutes }) => {
    const found = outcomes(200, { mode, historyMinutes, ratio: 1, minutes: 60 })
    expect(shareOf(found, ({ alarmedAt }) => alarmedAt !== null)).toBeLessThanOrEqual(0.02)
  },
  60_000,
)

it('finds a fourfold error rate beside the old version within 10 min, with an interval that holds it (seeds 1 to 60)', () => {
  const found = outcomes(60, { mode: 'split', historyMinutes: 1, ratio: 4, minutes: 30 })
  const inTime = found.filter(({ alarmedAt }) => alarmedAt !== null && alarmedAt <= 10)
  expect(inTime.length / found.length).toBeGreaterThanOrEqual(0.9)
  expect(shareOf(inTime, ({ held }) => held)).toBeGreaterThanOrEqual(0.9)
  expect(shareOf(found, ({ heldAtEnd }) => heldAtEnd)).toBeGreaterThanOrEqual(0.9)
}, 60_000)

it('finds a tenfold error rate all at once after 20 min of history within 10 min (seeds 1 to 60)', () => {
  const found = outcomes(60, { mode: 'forecast', historyMinutes: 20, ratio: 10, minutes: 15 })
  expect(shareOf(found, ({ alarmedAt }) => alarmedAt !== null && alarmedAt <= 10)).toBe(1)
}, 60_000)
