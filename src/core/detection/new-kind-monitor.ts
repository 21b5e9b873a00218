/**
 * New error kinds of a release as one group, before against after: cumulative distinct traces of kinds
 * never seen before, per request (detection reference, section 8). With both versions alive the group is a
 * stream like any other (`StreamMonitor`, split mode).
 *
 * Same face as the other monitors. Buckets are [startMs + k stepMs, startMs + (k + 1) stepMs).
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import type { SignalScope } from '../../contracts/signal.ts'
import type { EvidenceOptions } from './monitor.ts'
import { type KindPrior, kindPrior, newKindLogE, newKindTerms } from './new-kind.ts'
import { newKind, onsetPrior } from './parameters.ts'

export interface NewKindOptions {
  readonly scope: SignalScope
  readonly startMs: number
  readonly stepMs: number
  /** Requests before the release in which none of these kinds was seen. */
  readonly historyRequests: number
  readonly kappa?: number
}

export type NewKindBucket = { readonly traces: number; readonly requests: number } | 'missing'

const excessMinutes = 5

export class NewKindMonitor {
  readonly #options: NewKindOptions
  readonly #prior: KindPrior
  /** Traces of each bucket, null where missing; at most a watch long. */
  readonly #traces: (number | null)[] = []
  #total = { traces: 0, requests: 0 }
  #first: number | null = null

  constructor(options: NewKindOptions) {
    this.#options = options
    this.#prior = kindPrior({ events: 0, requests: options.historyRequests })
  }

  get buckets(): number {
    return this.#traces.length
  }

  get logE(): number {
    return newKindLogE(this.#total, this.#prior) / (this.#options.kappa ?? 1)
  }

  push(bucket: NewKindBucket): void {
    if (bucket === 'missing') {
      this.#traces.push(null)
      return
    }
    if (bucket.traces > 0) this.#first ??= this.#traces.length
    this.#traces.push(bucket.traces)
    this.#total = {
      traces: this.#total.traces + bucket.traces,
      requests: this.#total.requests + bucket.requests,
    }
  }

  evidence({ weight, full }: EvidenceOptions): StreamEvidence {
    const { scope, startMs, stepMs, historyRequests } = this.#options
    const logE = this.logE
    const { thetas } = newKind
    const terms = newKindTerms(this.#total, this.#prior)
    const top = Math.max(...terms)
    const shares = terms.map((term) => Math.exp(term - top))
    const sum = shares.reduce((total, share) => total + share, 0)
    const meanOf = (value: (theta: number) => number) =>
      thetas.reduce((total, theta, j) => total + (shares[j]! / sum) * value(theta), 0)
    const quantileAt = (level: number) => {
      let cumulative = 0
      const at = shares.findIndex((share) => (cumulative += share) >= level * sum)
      return thetas[at < 0 ? thetas.length - 1 : at]!
    }
    const odds = (onsetPrior.forecast.start / (1 - onsetPrior.forecast.start)) * Math.exp(logE)
    const probability = Number.isFinite(odds) ? odds / (1 + odds) : 1
    const onsetMs = this.#first === null ? null : startMs + this.#first * stepMs
    return {
      signal: 'new-error',
      scope,
      mode: 'forecast',
      logE,
      weight,
      probability,
      ratio: Math.exp(meanOf(Math.log)),
      low: quantileAt(0.05),
      high: quantileAt(0.95),
      excessPerMinute: probability * meanOf((theta) => 1 - 1 / theta) * this.#perMinute(),
      recovered: null,
      recoveredForMs: null,
      excludes: [],
      onset:
        full && onsetMs !== null
          ? { atMs: onsetMs, fromMs: onsetMs, toMs: onsetMs + stepMs }
          : null,
      baseline: { events: 0, exposure: historyRequests },
      observed: { events: this.#total.traces, exposure: this.#total.requests },
      detectable: null,
      latency: null,
    }
  }

  #perMinute(): number {
    const { stepMs } = this.#options
    const window = this.#traces.slice(-Math.max(1, Math.round((excessMinutes * 60_000) / stepMs)))
    const known = window.filter((traces) => traces !== null)
    if (known.length === 0) return 0
    return known.reduce((sum, traces) => sum + traces, 0) / ((known.length * stepMs) / 60_000)
  }
}
