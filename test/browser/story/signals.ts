/** The signals of the broken release, one at least of each kind, and how to make another. */
import type { Signal } from '../../../src/contracts/signal.ts'
import { at } from './moment.ts'

interface SignalFacts {
  readonly signal: Signal['signal']
  readonly state: Signal['state']
  readonly baseline: readonly [number, number]
  readonly observed: readonly [number, number]
  readonly effect: readonly [number, number, number] | null
  readonly scope?: Partial<Signal['scope']>
  readonly detectable?: number
  readonly onset?: readonly [string, string, string]
  readonly latency?: Signal['latency']
}

export function signal(facts: SignalFacts): Signal {
  const [events, exposure] = facts.baseline
  const [seen, of] = facts.observed
  return {
    signal: facts.signal,
    scope: { route: null, fingerprint: null, metric: null, caller: null, ...facts.scope },
    mode: 'split',
    state: facts.state,
    evidence: facts.state === 'regressed' ? 9.31 : 0.2,
    effect:
      facts.effect === null
        ? null
        : { ratio: facts.effect[0], low: facts.effect[1], high: facts.effect[2] },
    detectable: facts.detectable ?? null,
    onset:
      facts.onset === undefined
        ? null
        : { at: at(facts.onset[0]), from: at(facts.onset[1]), to: at(facts.onset[2]) },
    baseline: { events, exposure },
    observed: { events: seen, exposure: of },
    ...(facts.latency === undefined ? {} : { latency: facts.latency }),
  }
}

export const orders = signal({
  signal: 'errors',
  state: 'regressed',
  scope: { route: 'POST /orders' },
  baseline: [39, 9715],
  observed: [187, 6030],
  effect: [7.7, 5.8, 10.3],
  onset: ['09:04:40', '09:04:20', '09:05:00'],
})

export const signals: readonly Signal[] = [
  orders,
  signal({
    signal: 'new-error',
    state: 'regressed',
    scope: { fingerprint: "TypeError: Cannot read properties of undefined (reading 'currency')" },
    baseline: [0, 9715],
    observed: [162, 6030],
    effect: [40, 12, 120],
    onset: ['09:04:41', '09:04:30', '09:04:50'],
  }),
  signal({
    signal: 'latency',
    state: 'watching',
    scope: { route: 'POST /orders' },
    baseline: [99, 9715],
    observed: [60, 6030],
    effect: [0.98, 0.75, 1.28],
    latency: { quantile: 0.99, thresholdSeconds: 0.25, beforeSeconds: 0.21, afterSeconds: 0.2 },
  }),
  signal({
    signal: 'errors',
    state: 'watching',
    scope: { route: 'GET /cart' },
    baseline: [46, 41320],
    observed: [28, 25640],
    effect: [0.98, 0.66, 1.46],
  }),
  signal({
    signal: 'traffic',
    state: 'watching',
    baseline: [12310, 1],
    observed: [12402, 1],
    effect: [1.01, 0.97, 1.05],
  }),
  signal({
    signal: 'availability',
    state: 'inconclusive',
    scope: { caller: 'production/shop/front' },
    baseline: [5, 9690],
    observed: [3, 6012],
    effect: null,
    detectable: 2.4,
  }),
  signal({
    signal: 'gauge',
    state: 'cleared',
    scope: { metric: 'queue.depth' },
    baseline: [1200, 100],
    observed: [1180, 100],
    effect: [0.98, 0.9, 1.1],
  }),
  signal({
    signal: 'business',
    state: 'suspicious',
    scope: { metric: 'orders.value' },
    baseline: [5400, 100],
    observed: [4900, 100],
    effect: [0.9, 0.8, 1.0],
  }),
]
