/** The releases of the story, one at least for each verdict, and how to make another. */
import type { Release, Verdict } from '../../../src/contracts/release.ts'
import { at } from './moment.ts'

type Counts = Release['changes']['provenance']
const noCounts: Counts = {
  ai: 0,
  mixed: 0,
  'human-attested': 0,
  'review-suggestion': 0,
  automation: 0,
  conflict: 0,
  unknown: 0,
}

interface ReleaseFacts {
  readonly n: number
  readonly name: string
  readonly version: string
  readonly previous: string
  readonly start: string
  readonly verdict: Verdict
  readonly reason: string
  readonly verdictAt: string | null
  readonly counts: Partial<Counts>
  readonly rollout?: readonly (readonly [string, number])[]
}

export function release(facts: ReleaseFacts): Release {
  const provenance = { ...noCounts, ...facts.counts }
  return {
    id: `rel_${facts.n.toString(16).padStart(16, '0')}`,
    recordRevision: 1,
    service: { environment: 'production', namespace: 'shop', name: facts.name },
    version: facts.version,
    previousVersion: facts.previous,
    revision: 'f95f85b1c0ffee00000000000000000000000000',
    previousRevision: '279484c1c0ffee00000000000000000000000000',
    startedAt: at(facts.start),
    origin: 'event',
    deploymentEventId: null,
    strategy: facts.rollout === undefined ? 'all-at-once' : 'canary',
    verdict: facts.verdict,
    reason: facts.reason,
    joined: facts.verdict === 'unjoined' ? null : 'exact',
    evidence: facts.verdict === 'regressed' ? 9.31 : 0.4,
    verdictAt: facts.verdictAt === null ? null : at(facts.verdictAt),
    rollout: (facts.rollout ?? []).map(([time, share]) => ({ at: at(time), share })),
    changes: {
      count: Object.values(provenance).reduce((sum, n) => sum + n, 0),
      completeness: 'complete',
      provenance,
    },
  }
}

export const checkout = release({
  n: 1,
  name: 'checkout',
  version: '1.42.0',
  previous: '1.41.3',
  start: '09:04:10',
  verdict: 'regressed',
  reason: 'POST /orders errors 0.4 % → 3.1 %, ×7.7 (5.8 to 10.3)',
  verdictAt: '09:07:30',
  counts: { ai: 4, mixed: 1, automation: 1, unknown: 6 },
  rollout: [
    ['09:04:10', 0.1],
    ['09:06:10', 0.5],
  ],
})

export const releases: readonly Release[] = [
  checkout,
  release({
    n: 2,
    name: 'stock',
    version: '0.19.5',
    previous: '0.19.4',
    start: '08:40',
    verdict: 'suspicious',
    reason: 'GET /stock/* over 100 ms: 1.2 % → 1.9 %, ×1.5 (1.1 to 2.1). Not yet sure',
    verdictAt: '08:58',
    counts: { mixed: 1, unknown: 1 },
    rollout: [['08:40', 0.25]],
  }),
  release({
    n: 3,
    name: 'front',
    version: '2026.11.22-2',
    previous: '2026.11.22-1',
    start: '08:53',
    verdict: 'watching',
    reason: '9 signals, none worse so far. Watched until 09:53',
    verdictAt: null,
    counts: { ai: 2, unknown: 3 },
    rollout: [
      ['08:53', 0.2],
      ['08:55', 0.5],
      ['08:57', 1],
    ],
  }),
  release({
    n: 4,
    name: 'catalog',
    version: '12.3.0',
    previous: '12.2.8',
    start: '07:51',
    verdict: 'external',
    reason: 'Errors ×1.8 in 3 unchanged services in the same minute. Over since 08:17',
    verdictAt: '08:06',
    counts: { ai: 1, unknown: 2 },
  }),
  release({
    n: 5,
    name: 'payment',
    version: '4.9.1',
    previous: '4.9.0',
    start: '07:42',
    verdict: 'cleared',
    reason: 'No signal worse by ×1.5 or more in 412,000 requests',
    verdictAt: '08:42',
    counts: { automation: 2 },
  }),
  release({
    n: 6,
    name: 'search',
    version: '3.8.0',
    previous: '3.7.9',
    start: '07:20',
    verdict: 'recovered',
    reason: 'GET /search p99 0.18 s → 0.52 s. Rolled back 07:33, normal since 07:36',
    verdictAt: '07:42',
    counts: { ai: 3, automation: 1, unknown: 1 },
  }),
  release({
    n: 7,
    name: 'front',
    version: '2026.11.22-1',
    previous: '2026.11.21-3',
    start: '06:58',
    verdict: 'cleared',
    reason: 'No signal worse by ×1.5 or more in 1,120,000 requests',
    verdictAt: '07:58',
    counts: { unknown: 4 },
  }),
  release({
    n: 8,
    name: 'mail',
    version: '5.2.1',
    previous: '5.2.0',
    start: '06:52',
    verdict: 'inconclusive',
    reason: 'Only 71 requests. Worse by ×6 or more would have shown',
    verdictAt: '07:52',
    counts: { unknown: 1 },
  }),
  release({
    n: 9,
    name: 'ads',
    version: '7',
    previous: '6',
    start: '07:05',
    verdict: 'transient',
    reason: 'errors ×3 for two minutes, then as before',
    verdictAt: '07:30',
    counts: { 'review-suggestion': 1, conflict: 1, 'human-attested': 1 },
  }),
  release({
    n: 10,
    name: 'geo',
    version: '2.0',
    previous: '1.9',
    start: '08:20',
    verdict: 'unjoined',
    reason: 'no telemetry of <script>alert(1)</script> geo 2.0; the nearest name is geo-api',
    verdictAt: '08:30',
    counts: {},
  }),
]
