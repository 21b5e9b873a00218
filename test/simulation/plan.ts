/** What is done to a simulated run, and when: a function of the seed alone, and readable. */
import { seededRandom } from '../support/random.ts'
import { feedCount } from './feed.ts'

export const faultKinds = [
  'crash',
  'crash-telling',
  'zombie',
  'join',
  'restart',
  'store-back',
  'store-empty',
  'store-away',
  'log-away',
  'slow',
  'clock',
  'ingest-down',
] as const
export type FaultKind = (typeof faultKinds)[number]

export interface Fault {
  readonly atMs: number
  readonly kind: FaultKind
  /** In [0, 1): which of the processes that are up at that time. */
  readonly who: number
  readonly forMs: number
  /** `crash`: awaits until it. `crash-telling`: before (1) or after (2) it. `store-back`: how many copies back. */
  readonly steps: number
  /** `clock`: the jump. */
  readonly byMs: number
}

export interface Plan {
  readonly seed: number
  readonly feed: number
  readonly processes: number
  /** Whether ingest has processes of its own. */
  readonly apart: boolean
  /** Share of calls that fail in one way or another. */
  readonly failures: number
  readonly delayMsMax: number
  readonly faults: readonly Fault[]
}

const firstMs = 4_000
const lastMs = 112_000

export function planOf(seed: number): Plan {
  const random = seededRandom(seed * 2_654_435_761)
  const below = (count: number) => Math.floor(random() * count)
  const kinds = Array.from({ length: 1 + below(4) }, () => faultKinds[below(faultKinds.length)]!)
  const faults = Array.from({ length: 3 + below(5) }, (): Fault => {
    const kind = kinds[below(kinds.length)]!
    return {
      // Little is told before the canary is out.
      atMs: kind === 'crash-telling' ? 36_000 + below(40_000) : firstMs + below(lastMs - firstMs),
      kind,
      who: random(),
      forMs: 2_000 + below(kind === 'ingest-down' ? 30_000 : 15_000),
      steps: 1 + below(kind === 'crash' ? 60 : 2),
      byMs: (random() < 0.5 ? -1 : 1) * (1_000 + below(40_000)),
    }
  }).sort((a, b) => a.atMs - b.atMs)
  return {
    seed,
    feed: below(feedCount),
    processes: 1 + below(3),
    apart: random() < 0.4,
    failures: random() < 0.5 ? 0 : 0.04,
    delayMsMax: 1 + below(60),
    faults,
  }
}

/** The same feed with nothing done to it: what every run of this feed is compared with. */
export function calmPlan(feed: number): Plan {
  return {
    seed: 0,
    feed,
    processes: 1,
    apart: false,
    failures: 0,
    delayMsMax: 1,
    faults: [],
  }
}

export function describePlan(plan: Plan): string[] {
  const { feed, processes, apart, failures, delayMsMax } = plan
  const layout = apart ? 'ingest apart' : 'roles together'
  return [
    `feed ${feed}, ${processes} processes, ${layout}, ${failures * 100} % of calls fail, answers within ${delayMsMax} ms`,
    ...plan.faults.map(
      ({ atMs, kind, who, forMs, steps, byMs }) =>
        `${(atMs / 1_000).toFixed(3)} s ${kind} who=${who.toFixed(3)} forMs=${forMs} steps=${steps} byMs=${byMs}`,
    ),
  ]
}
