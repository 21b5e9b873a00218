/**
 * What can be known of a cure: how many of the releases whose errors fell from x4 to x1.5 any rule must call
 * recovered that calls a given share of true recoveries so. By hand: `node test/bench/recovery-limit.ts`.
 *
 * The rule is the best linear one (logistic regression, fitted on half of the releases, judged on the other half)
 * on log error rates after the cure and before the release, and on what the same hours of two other days did. The
 * services are those of the evaluation: 100 requests a second, errors .5 %. Drift of that size hides the difference.
 */
import { errorsTimes } from '../../src/cli/evaluate/effects.ts'
import { errorsOf } from '../../src/cli/evaluate/series.ts'
import { bucketsPerMinute, SyntheticService } from '../../src/cli/evaluate/service.ts'

const services = 150
const releases = 12
const historyMinutes = 3 * 1440
const beforeMinutes = 90
const watchMinutes = 60
const cureMinute = 30

interface Counted {
  readonly n: number
  readonly e: number
}

interface Case {
  readonly recovered: boolean
  readonly features: readonly number[]
}

function casesOf(after: number, waitMinutes: number): Case[] {
  const effect = errorsTimes(4, { untilMinute: cureMinute, after })
  return Array.from({ length: services }, (_, seed) => {
    const buckets = (historyMinutes + releases * (beforeMinutes + watchMinutes)) * bucketsPerMinute
    const spec = { rps: 100, routes: 1, share: 1, buckets }
    const service = new SyntheticService(spec, 1_000_003 * seed + 17 + (after === 1 ? 1 : 0))
    const minutes: Counted[] = []
    const pass = (moment: Parameters<SyntheticService['counts']>[2]) => {
      const counts = service.counts(minutes.length * bucketsPerMinute, bucketsPerMinute, moment)
      const { n1, e1 } = errorsOf(null)(counts)
      minutes.push({ n: n1, e: e1 })
    }
    for (let i = 0; i < historyMinutes; i++) pass(null)
    return Array.from({ length: releases }, () => {
      for (let i = 0; i < beforeMinutes; i++) pass(null)
      const at = minutes.length
      const warm = service.warmUp()
      for (let minute = 0; minute < watchMinutes; minute++) pass({ effect, minute, warm })
      const features = featuresOf(minutes, at, waitMinutes)
      return { recovered: after === 1, features }
    })
  }).flat()
}

function featuresOf(minutes: readonly Counted[], at: number, waitMinutes: number): number[] {
  const level = (from: number, to: number) => {
    const all = minutes.slice(at + from, at + to)
    const sum = (of: (each: Counted) => number) => all.reduce((total, each) => total + of(each), 0)
    return Math.log((sum(({ e }) => e) + 0.5) / (sum(({ n }) => n) + 1))
  }
  const ofDay = (days: number, minute: number) =>
    level(minute - 1440 * days - 30, minute - 1440 * days + 30)
  const middle = cureMinute + waitMinutes / 2
  const usualMove = [2, 3].map((days) => ofDay(days, middle) - ofDay(days, -20))
  return [
    1,
    level(cureMinute, cureMinute + waitMinutes) - level(-15, 0),
    level(-60, 0) - level(-15, 0),
    (usualMove[0]! + usualMove[1]!) / 2,
  ]
}

const dot = (weights: readonly number[], { features }: Case) =>
  features.reduce((sum, each, i) => sum + each * weights[i]!, 0)

function fitted(cases: readonly Case[]): number[] {
  let weights = cases[0]!.features.map(() => 0)
  for (let round = 0; round < 3_000; round++) {
    const slope = weights.map(() => 0)
    for (const each of cases) {
      const miss = Number(each.recovered) - 1 / (1 + Math.exp(-dot(weights, each)))
      each.features.forEach((feature, i) => (slope[i]! += miss * feature))
    }
    weights = weights.map((weight, i) => weight + (3 * slope[i]!) / cases.length)
  }
  return weights
}

for (const waitMinutes of [5, 15, 30]) {
  const cases = [...casesOf(1, waitMinutes), ...casesOf(1.5, waitMinutes)]
  const weights = fitted(cases.filter((_, i) => i % 2 === 0))
  const judged = cases.filter((_, i) => i % 2 === 1)
  const scores = (recovered: boolean) =>
    judged
      .filter((each) => each.recovered === recovered)
      .map((each) => dot(weights, each))
      .sort((a, b) => b - a)
  const [cured, half] = [scores(true), scores(false)]
  for (const share of [0.5, 0.7, 0.8, 0.9, 0.95]) {
    const line = cured[Math.ceil(share * cured.length) - 1]!
    const wrong = half.filter((each) => each >= line).length / half.length
    process.stdout.write(
      `${JSON.stringify({ waitMinutes, recovered: share, halfCuredCalledSo: Math.round(1000 * wrong) / 1000 })}\n`,
    )
  }
}
