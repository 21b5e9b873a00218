/**
 * Restarts of a release: counted ones in minutes of instances, after against before, by the test of what is rare (negative
 * binomial ratio, detection reference, section 8). Told as a gauge: restarts an hour of an instance.
 *
 * Restarts come in crowds, what ails one instance ails all: counts of the watch are tempered as those of a stream that
 * nothing is known of. Judged like other gauges, so the log evidence is divided by what makes their threshold one of
 * counts. The prior is a restart of what had just restarted in eight hours of an instance [choices].
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import type { GaugeShift, SignalScope } from '../../contracts/signal.ts'
import { judgeDefaults } from './judge.ts'
import { newKindLogE, newKindTerms } from './new-kind.ts'
import { coldStart, newKind } from './parameters.ts'

const restartsUnit = '{restart}/h'

const prior = { events: 0.5, minutes: 240 }
const { eta } = coldStart.forecast
const { regressedLogE, gaugeRegressedLogE, suspiciousLogE, clearedLogE } = judgeDefaults
const kappa = regressedLogE / gaugeRegressedLogE
const minuteMs = 60_000
const minutesPerHour = 60
/** A few quiet minutes are no evidence of health. */
const clearedMinutes = 30
/** Who is started again every five minutes, as a cluster does it, may look quiet for so long. */
const quietMs = 10 * minuteMs

export interface RestartMinute {
  readonly restarts: number
  readonly instances: number
}

export interface RestartMonitorOptions {
  readonly scope: SignalScope
  readonly startMs: number
  /** Counted restarts before the release, in so many minutes of instances. */
  readonly history: { readonly restarts: number; readonly minutes: number }
}

export class RestartMonitor {
  readonly #options: RestartMonitorOptions
  #minutes = 0
  #known = 0
  #total = { restarts: 0, minutes: 0 }
  /** Minutes in which the first and the last counted restart fell. */
  #first: number | null = null
  #last = 0

  constructor(options: RestartMonitorOptions) {
    this.#options = options
  }

  /** Whether it has been told of a minute. */
  get isFed(): boolean {
    return this.#known > 0
  }

  get logE(): number {
    return newKindLogE(...this.#test()) / kappa
  }

  push(minute: RestartMinute | 'missing'): void {
    this.#minutes++
    if (minute === 'missing') return
    this.#known++
    this.#total.restarts += minute.restarts
    this.#total.minutes += minute.instances
    if (minute.restarts <= 0) return
    this.#first ??= this.#minutes - 1
    this.#last = this.#minutes
  }

  #test(): Parameters<typeof newKindTerms> {
    const { restarts, minutes } = this.#total
    const { history } = this.#options
    return [
      { traces: eta * restarts, requests: eta * minutes },
      { events: prior.events + history.restarts, requests: prior.minutes + history.minutes },
    ]
  }

  evidence({ weight }: { readonly weight: number }): StreamEvidence {
    const { scope, startMs, history } = this.#options
    const { logE } = this
    const { restarts, minutes } = this.#total
    const loud = logE >= suspiciousLogE
    const quiet = (this.#minutes - this.#last) * minuteMs - quietMs
    const onsetMs = startMs + (this.#first ?? 0) * minuteMs
    return {
      signal: 'gauge',
      scope,
      mode: 'forecast',
      logE,
      weight,
      probability: loud ? 1 : 0,
      ...this.#ratio(),
      excessPerMinute: 0,
      recovered: restarts === 0 ? null : quiet > 0 ? 1 : 0,
      recoveredForMs: restarts === 0 ? null : Math.max(0, quiet),
      excludes: [],
      onset: loud ? { atMs: onsetMs, fromMs: onsetMs, toMs: onsetMs + minuteMs } : null,
      baseline: { events: history.restarts, exposure: history.minutes },
      observed: { events: restarts, exposure: minutes },
      detectable: null,
      latency: null,
      gauge: this.#shift(),
    }
  }

  /** Of the ratios tested, by what each is believed. */
  #ratio(): Pick<StreamEvidence, 'ratio' | 'low' | 'high'> {
    const terms = newKindTerms(...this.#test())
    const top = Math.max(...terms)
    const shares = terms.map((term) => Math.exp(term - top))
    const sum = shares.reduce((total, share) => total + share, 0)
    const { thetas } = newKind
    const mean = thetas.reduce((total, theta, j) => total + shares[j]! * Math.log(theta), 0) / sum
    const at = (level: number) => {
      let reached = 0
      return (
        thetas[shares.findIndex((share) => (reached += share) >= level * sum)] ?? thetas.at(-1)!
      )
    }
    return { ratio: Math.exp(mean), low: at(0.05), high: at(0.95) }
  }

  #shift(): GaugeShift {
    const { history } = this.#options
    const { restarts, minutes } = this.#total
    const rate = (events: number, of: number) => (of > 0 ? (events * minutesPerHour) / of : 0)
    const usual = rate(history.restarts, history.minutes)
    const shift = rate(restarts, minutes) - usual
    const spread = rate(1.645 * Math.sqrt(restarts + 1), minutes)
    // Not one in so many hours of instances: at that rate and more, one would have been seen.
    const none = restarts === 0 && this.#known >= clearedMinutes
    return {
      unit: restartsUnit,
      usual,
      shift,
      low: shift - spread,
      high: shift + spread,
      detectable: null,
      excluded: none ? rate(clearedLogE, minutes) : null,
      own: 'restarts',
    }
  }
}
