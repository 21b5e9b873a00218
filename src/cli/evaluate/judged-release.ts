/**
 * One synthetic release judged after every bucket for its watch, by the product's own monitors, weights,
 * conditions and verdict (detection reference, sections 11 and 12).
 */
import type { EvidenceFinding } from '../../contracts/findings.ts'
import type { Verdict } from '../../contracts/release.ts'
import { decideVerdict, firstVerdict, loudStreams } from '../../core/attribution/verdict.ts'
import { Aftermath, type AftermathCount, type UsualErrors } from '../../core/detection/aftermath.ts'
import { combineLogE, eBenjaminiHochberg } from '../../core/detection/combine.ts'
import { judgeDefaults } from '../../core/detection/judge.ts'
import { latencyQuantiles } from '../../core/detection/parameters.ts'
import type { OnsetOf, PreTrend } from '../../core/detection/pre-trend.ts'
import { releaseWeights } from '../../core/detection/release-weights.ts'
import { OnsetMemo } from '../../processors/detect/onset-memo.ts'
import { OldVersionWatch } from './old-version.ts'
import { errorsOf, slowOf } from './series.ts'
import type { Counts } from './service.ts'
import { type ReleaseSetup, type ReleaseStream, releaseStreams, stepMs } from './streams.ts'

export interface Judged {
  /** Minutes from the release to the first `regressed`; null without one. */
  readonly regressedMinutes: number | null
  /** Minutes to the first `recovered` or `transient` after that. */
  readonly recoveredMinutes: number | null
  readonly finalVerdict: Verdict
  /** Signals that spoke at the alarm, loudest first. */
  readonly signals: readonly string[]
  /** Routes listed at the alarm, by e-BH over the routes' streams. */
  readonly routes: readonly string[]
  readonly logEMax: number
}

export interface JudgeOptions {
  /** Goes on after the alarm, to see a recovery. */
  readonly untilEnd: boolean
  /** The service's monitors from 30 min before the release on; null where there is no before and after. */
  readonly preTrend: () => PreTrend<Counts> | null
  /** Minute from which the new version serves no more. */
  readonly goneFromMinute?: number
}

const noVetoes = { shared: [], massSilence: false, undone: false }
const listedAlpha = 0.05

export class ReleaseJudge {
  readonly #setup: ReleaseSetup
  readonly #streams: readonly ReleaseStream[]
  readonly #weights: readonly number[]
  readonly #aftermath = new Aftermath()
  readonly #oldVersion: OldVersionWatch | null

  constructor(setup: ReleaseSetup, only?: (stream: ReleaseStream) => boolean) {
    this.#setup = setup
    const streams = releaseStreams(setup)
    this.#streams = only ? streams.filter(only) : streams
    this.#weights = releaseWeights(this.#streams)
    this.#oldVersion = setup.mode === 'split' ? new OldVersionWatch(setup) : null
  }

  get streams(): readonly ReleaseStream[] {
    return this.#streams
  }

  get logE(): number {
    return combineLogE(
      this.#streams.map(({ logE }) => logE),
      this.#weights,
    )
  }

  push(counts: Counts): void {
    for (const stream of this.#streams) stream.push(counts)
    this.#oldVersion?.push(counts)
  }

  judge(
    watch: readonly Counts[],
    { untilEnd, preTrend, goneFromMinute = Infinity }: JudgeOptions,
  ): Judged {
    let state = firstVerdict()
    let bucket = 0
    let logEMax = -Infinity
    let early: PreTrend<Counts> | null | undefined
    let regressed: Pick<Judged, 'regressedMinutes' | 'signals' | 'routes'> | null = null
    let recoveredMinutes: number | null = null
    const memo = new OnsetMemo(this.#setup.startMs)
    const onsetOf: OnsetOf = (key, find) =>
      memo.of(key, this.#setup.startMs + bucket * stepMs, find)
    for (const counts of watch) {
      this.push(counts)
      early?.push(counts)
      if ((bucket * stepMs) / 60_000 >= goneFromMinute) this.#noteGone(counts)
      bucket++
      const logE = this.logE
      logEMax = Math.max(logEMax, logE)
      if (logE < judgeDefaults.suspiciousLogE && state.verdict === 'watching') continue
      if (logE >= judgeDefaults.regressedLogE && early === undefined) {
        early = preTrend()
        for (const passed of watch.slice(0, bucket)) early?.push(passed)
      }
      const onsets = regressed === null && logE >= judgeDefaults.regressedLogE
      const finding = this.#finding(bucket, {
        logE,
        preTrend: early?.logE(logE, onsetOf) ?? null,
        onsets,
      })
      state = decideVerdict(state, finding, noVetoes)
      const minutes = (bucket * stepMs) / 60_000
      if (state.verdict === 'regressed' && regressed === null) {
        regressed = {
          regressedMinutes: minutes,
          signals: loudStreams(finding).map(({ signal }) => signal),
          routes: this.#listedRoutes(),
        }
        if (!untilEnd) break
      }
      const back = state.verdict === 'recovered' || state.verdict === 'transient'
      if (back && regressed !== null) recoveredMinutes ??= minutes
    }
    return {
      ...(regressed ?? { regressedMinutes: null, signals: [], routes: [] }),
      recoveredMinutes,
      finalVerdict: state.verdict,
      logEMax,
    }
  }

  #noteGone(counts: Counts): void {
    const count = everyone(counts)
    this.#aftermath.note(count, stepMs, count.n)
  }

  #finding(
    bucket: number,
    { logE, preTrend, onsets }: { logE: number; preTrend: number | null; onsets: boolean },
  ): EvidenceFinding {
    const { startMs, mode } = this.#setup
    const streams = this.#streams.map((stream, i) => {
      const weight = this.#weights[i]!
      const quick = stream.evidence({ weight, full: false })
      const full = onsets && quick.logE >= judgeDefaults.suspiciousLogE
      const evidence = full ? stream.evidence({ weight, full }) : quick
      const falseShare = this.#setup.untrusted?.get(stream.signal)
      const after = this.#aftermath.complete(evidence, () => usualErrors(this.#streams))
      return falseShare === undefined ? after : { ...after, falseShare }
    })
    return {
      kind: 'evidence',
      release: 'rel',
      service: `synthetic/-/${mode}`,
      version: '2',
      atMs: startMs + bucket * stepMs,
      logE,
      streams,
      kinds: [],
      exemplars: [],
      preTrend,
      oldShift: this.#oldVersion?.shift ?? null,
      missing: 0,
      weakHistory: false,
      final: false,
      instances: null,
    }
  }

  #listedRoutes(): string[] {
    const own = this.#streams.filter(({ group }) => group === 'route')
    const { rejected } = eBenjaminiHochberg(
      own.map(({ logE }) => Math.exp(Math.min(logE, 700))),
      listedAlpha,
    )
    return [...new Set(rejected.map((i) => own[i]!.member))]
  }
}

function everyone(counts: Counts): AftermathCount {
  const { n1, n0, e1, e0 } = errorsOf(null)(counts)
  const slowOfService = latencyQuantiles.map((_, q) => {
    const slow = slowOf(null, q)(counts)
    return slow.e1 + slow.e0
  })
  return { n: n1 + n0, e: e1 + e0, slowOfService, measuredOfService: n1 + n0 }
}

function usualErrors(streams: readonly ReleaseStream[]): UsualErrors | null {
  const errors = streams.find(({ group }) => group === 'errors')
  return errors?.evidence({ weight: 0, full: false }).baseline ?? null
}
