/**
 * The latencies that people are told: the quantile before and after, from merged histograms. They are not
 * the test (detection reference, section 2). Seconds.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import type { Latency } from '../../contracts/latency.ts'
import { quantileSeconds } from '../../core/kernel/histogram/latency.ts'
import { LatencySum } from '../../core/kernel/histogram/latency-sum.ts'
import type { Bucket } from '../../core/rollup/track.ts'
import type { WatchBuilder } from './watch-builder.ts'

interface Sides {
  readonly one: LatencySum
  readonly zero: LatencySum
}

const emptySides = (): Sides => ({ one: new LatencySum(), zero: new LatencySum() })

export class LatencyReport {
  readonly #builder: WatchBuilder
  readonly #routes = new Map<string, Sides>()
  readonly #total = emptySides()

  constructor(builder: WatchBuilder) {
    this.#builder = builder
  }

  note(bucket: Bucket, handedOver: boolean): void {
    const { one, zero } = this.#builder.names(handedOver)
    for (const [version, { routes }] of bucket.cells) {
      const side = one === null || version === one ? 'one' : version === zero ? 'zero' : null
      if (side === null) continue
      for (const [name, { latency }] of routes) {
        if (latency === null) continue
        const route = this.#builder.watched.has(name) ? name : 'other'
        const sides = this.#routes.get(route) ?? emptySides()
        sides[side].add(latency)
        this.#routes.set(route, sides)
        this.#total[side].add(latency)
      }
    }
  }

  /** Fills in the two latencies of a latency stream. */
  complete(evidence: StreamEvidence): StreamEvidence {
    const { latency, scope } = evidence
    if (latency === null) return evidence
    const sides = scope.route === null ? this.#total : this.#routes.get(scope.route)
    const history = this.#builder.latencyBefore
    const before =
      evidence.mode === 'split'
        ? sides?.zero.merged()
        : scope.route === null
          ? history.total
          : history.routes.get(scope.route)
    const at = (of: Latency | null | undefined) =>
      of ? quantileSeconds(of, latency.quantile) : null
    return {
      ...evidence,
      latency: { ...latency, beforeSeconds: at(before), afterSeconds: at(sides?.one.merged()) },
    }
  }
}
