/**
 * One moment in records: checkout 1.42.0 broke POST /orders. Every verdict, signal and naming occurs. What the
 * browser tests serve; the figures are those that the page must show.
 */
import type { Incident, Suspect } from '../../src/contracts/incident.ts'
import type { Provenance } from '../../src/contracts/change.ts'
import type { Release, Verdict } from '../../src/contracts/release.ts'
import type { Signal } from '../../src/contracts/signal.ts'

export const nowMs = Date.parse('2026-11-22T09:11:12.000Z')

export function at(time: string): string {
  return `2026-11-22T${time.length === 5 ? `${time}:00` : time}.000Z`
}

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

export function provenance(
  state: Provenance['state'],
  lines: Provenance['lines'],
  tool?: readonly [string, string | null],
): Provenance {
  return {
    state,
    agents:
      tool === undefined
        ? []
        : [{ tool: tool[0], ...(tool[1] === null ? {} : { model: tool[1] }) }],
    sessions:
      tool === undefined
        ? []
        : [
            {
              id: '7f3a91c2',
              agent: 0,
              traceIds: [],
              url: 'https://example.com/sessions/7f3a91c2',
            },
          ],
    spans:
      tool === undefined
        ? []
        : [
            { path: 'src/cart/totals.ts', start: 41, end: 42, by: 'ai', session: 0, evidence: 0 },
            { path: 'src/cart/totals.ts', start: 57, end: 57, by: 'ai', session: 0, evidence: 0 },
          ],
    lines,
    evidence:
      tool === undefined
        ? []
        : [
            {
              rule: 'git-ai-note',
              source: 'git-note',
              role: 'author',
              scope: 'line',
              confidence: 0.98,
              locator: 'refs/notes/ai:4b825dc',
              flags: [],
            },
            {
              rule: 'claude-trailer',
              source: 'trailer',
              role: 'co-author',
              scope: 'commit',
              confidence: 0.95,
              locator: 'message:L14',
              excerpt: 'Co-Authored-By: Claude',
              flags: [],
            },
          ],
    rulesVersion: '1',
  }
}

export const suspects: readonly Suspect[] = [
  {
    rank: 1,
    kind: 'change',
    id: 'github.com/shop/shop@f95f85b',
    release: checkout.id,
    probability: 0.9118,
    title: 'Cache cart totals (#812)',
    revision: 'f95f85b1c0ffee00000000000000000000000000',
    accountable: ['Dana Okafor', 'team-checkout'],
    provenance: provenance('ai', { ai: [3, 6], human: 0, unknown: 3 }, [
      'claude-code',
      'claude-opus',
    ]),
    probabilityWithProvenance: 0.92,
    evidence: [
      {
        term: 'prior',
        bits: -4.12,
        fact: 'One of 12 changes in the release; 8 of its 611 changed lines.',
      },
      {
        term: 'contrast',
        bits: 4.61,
        fact: 'In the same minutes 1.42.0 failed 187 of 6,030 requests, 1.41.3 failed 39 of 9,715.',
      },
      {
        term: 'onset',
        bits: 1.83,
        fact: 'Errors began at 09:04:40, 30 s after the first request to 1.42.0.',
      },
      {
        term: 'dose',
        bits: 0.86,
        fact: 'Failures grew with the share of 1.42.0: 10 %, then 50 %.',
      },
      {
        term: 'code',
        bits: 2.63,
        fact: 'The top frame, CartTotals.apply in src/cart/totals.ts:42, is a function this change wrote.',
      },
      {
        term: 'text',
        bits: 0.91,
        fact: '“currency”, from the error message, is in the lines it added.',
      },
      { term: 'topology', bits: -0.34, fact: 'GET /cart runs the same file and stayed at 0.1 %.' },
    ],
  },
  {
    rank: 2,
    kind: 'change',
    id: 'github.com/shop/shop@b1e7720',
    release: checkout.id,
    probability: 0.0464,
    title: 'Retry payments on 502 (#809)',
    revision: 'b1e7720000000000000000000000000000000000',
    accountable: ['Sam Reyes'],
    provenance: provenance('unknown', { ai: [0, 0], human: 0, unknown: 104 }),
    probabilityWithProvenance: null,
    evidence: [
      { term: 'prior', bits: -2.91, fact: 'One of 12 changes in the release.' },
      { term: 'contrast', bits: 4.61, fact: 'As above.' },
      { term: 'onset', bits: 1.83, fact: 'As above.' },
      { term: 'dose', bits: 0.86, fact: 'As above.' },
      { term: 'code', bits: -1.41, fact: 'No frame lies in it.' },
      { term: 'text', bits: -0.52, fact: 'No word of the error is in it.' },
      { term: 'topology', bits: -0.34, fact: 'As above.' },
    ],
  },
  {
    rank: 3,
    kind: 'external',
    id: null,
    release: null,
    probability: 0.0189,
    title: 'External: traffic, third party, hardware',
    revision: null,
    accountable: [],
    provenance: null,
    probabilityWithProvenance: null,
    evidence: [
      { term: 'prior', bits: -2.32, fact: '20 % before any evidence' },
      {
        term: 'topology',
        bits: 3.21,
        fact: 'payment did not change and yet rose from 0.2 % to 0.3 %.',
      },
    ],
  },
  {
    rank: 4,
    kind: 'unobserved',
    id: null,
    release: null,
    probability: 0.0177,
    title: 'A change that is not in the list',
    revision: null,
    accountable: [],
    provenance: null,
    probabilityWithProvenance: null,
    evidence: [
      { term: 'prior', bits: -3.32, fact: '10 % before any evidence' },
      { term: 'contrast', bits: 3.1, fact: 'shares the physical evidence' },
      { term: 'onset', bits: 1.0, fact: 'shares the physical evidence' },
    ],
  },
  {
    rank: 5,
    kind: 'change',
    id: 'github.com/shop/shop@90cd41e',
    release: checkout.id,
    probability: 0.0052,
    title: 'Show delivery date <script>alert(2)</script> (#807)',
    revision: '90cd41e000000000000000000000000000000000',
    accountable: [],
    provenance: provenance('mixed', { ai: [41, 41], human: 22, unknown: 25 }, ['copilot', null]),
    probabilityWithProvenance: null,
    evidence: [{ term: 'prior', bits: -6.1, fact: 'One of 12 changes.' }],
  },
]

export const incident: Incident = {
  id: 'inc_0000000000000001',
  revision: 3,
  state: 'open',
  severity: 'critical',
  environment: 'production',
  openedAt: at('09:07:30'),
  updatedAt: at('09:10:30'),
  onsetAt: at('09:04:40'),
  title: 'checkout 1.42.0: POST /orders errors 0.4 % → 3.1 %, likely Cache cart totals (#812)',
  summary: 'POST /orders errors 0.4 % → 3.1 % since 1.42.0 came up at 09:04:10 UTC.',
  regressions: [{ release: checkout, signals: [...signals] }],
  naming: {
    kind: 'change',
    ids: ['github.com/shop/shop@f95f85b'],
    probability: 0.9118,
    because: '91 % against 5 % for the next hypothesis',
  },
  suspects: [...suspects],
  exemplars: [
    '4bf92f3577b34da6a3ce929d0e0e4736',
    'a3ce929d0e0e47364bf92f3577b30e0e',
    '00f067aa0ba902b74bf92f3577b302b7',
  ].map((traceId) => ({ traceId, at: at('09:06') })),
  suggestion: {
    id: 'rbk_0000000000000001',
    revision: 1,
    incident: 'inc_0000000000000001',
    service: checkout.service,
    from: { version: '1.42.0', revision: null },
    to: { version: '1.41.3', revision: null, artifactId: null, why: 'last cleared release' },
    confidence: 0.9634,
    state: 'suggested',
    mode: 'suggest',
    refusals: [],
    checks: [
      { code: 'no-migration', fact: 'No database migration in 1.42.0' },
      { code: 'target-cleared', fact: '1.41.3 was cleared on 20 Nov; its image is there' },
      { code: 'no-dependent', fact: 'No other release needs 1.42.0' },
    ],
    approvals: [],
    executor: null,
    commands: [{ for: 'argo-rollouts', command: 'kubectl argo rollouts abort checkout -n shop' }],
    idempotencyKey: 'rbk_0000000000000001',
    expiresAt: at('10:07'),
  },
  resolution: null,
}

/** The same incident, with each way of naming. */
export const namings: readonly Incident[] = (
  [
    {
      kind: 'set',
      ids: [
        'github.com/shop/shop@f95f85b',
        'github.com/shop/shop@b1e7720',
        'github.com/shop/shop@90cd41e',
      ],
      probability: 0.93,
      because: '3 changes hold 93 % together',
    },
    {
      kind: 'release',
      ids: [checkout.id],
      probability: 0.87,
      because: 'its changes hold 87 % together, none of them stands out',
    },
    { kind: 'external', ids: [], probability: 0.82, because: '3 unchanged services got worse too' },
    { kind: 'nobody', ids: [], probability: 0.41, because: 'no hypothesis stands out' },
  ] as const
).map((naming, i) => ({
  ...incident,
  id: `inc_${String(i + 2).padStart(16, '0')}`,
  naming: { ...naming, ids: [...naming.ids] },
  state: 'resolved' as const,
  resolution: 'rolled-back' as const,
  openedAt: at(`0${i + 3}:00`),
  updatedAt: at(`0${i + 3}:02`),
}))

const noise = [0.4, 0.9, 0.5, 0.3, 0.2, 0.6, 0.7, 0.2, 0.1, 0.5, 0.4, 0.3, 0.4, 0.2, 0.6]
const bad = [0.9, 1.7, 3.5, 2.6, 2.8, 2.9, 4.3, 3.0, 3.1, 2.4, 2.6, 2.9, 3.0, 3.3]

interface Side {
  readonly events: number
  readonly exposure: number
}

function buckets(scale: number, worse: boolean) {
  const startMs = Date.parse(at('08:49'))
  const releaseMs = Date.parse(at('09:04:00'))
  const list: {
    start: string
    end: string
    new: Side | null
    old: Side | null
    p99: { new: number | null; old: number | null } | null
  }[] = []
  for (let i = 0; startMs + i * 10_000 < nowMs - 12_000; i++) {
    const ms = startMs + i * 10_000
    const half = Math.floor(i / 3)
    const after = Math.floor((ms - releaseMs) / 30_000)
    const old = { events: (noise[half % noise.length]! / 100) * 600 * scale, exposure: 600 }
    const share = worse
      ? bad[Math.min(after, bad.length - 1)]
      : noise[(half + 4) % noise.length]! * scale
    const now = after < 0 ? null : { events: ((share ?? 0) / 100) * 400, exposure: 400 }
    list.push({
      start: new Date(ms).toISOString(),
      end: new Date(ms + 10_000).toISOString(),
      new: now,
      old: half === 9 ? null : old,
      p99: {
        new: after < 0 ? null : 0.2 + noise[(half + 2) % noise.length]! / 40,
        old: 0.2 + noise[half % noise.length]! / 40,
      },
    })
  }
  return list
}

export const detail = {
  release: checkout.id,
  reportingLine: 4.6,
  evidence: [-0.4, -0.3, 0.1, 0.5, 1.2, 2.4, 3.6, 4.9, 5.6, 6.4, 7.2, 8.4, 9.1, 9.31].map(
    (logE, i) => ({
      at: new Date(Date.parse(at('09:04:10')) + i * 30_000).toISOString(),
      logE,
    }),
  ),
  signals,
  suspects: [],
  series: [
    { route: '', buckets: buckets(0.5, false) },
    { route: 'POST /orders', buckets: buckets(1, true) },
    { route: 'GET /cart', buckets: buckets(0.3, false) },
  ],
  newVersion: '1.42.0',
  oldVersion: '1.41.3',
  mode: 'split',
  startedAt: checkout.startedAt,
}

export const services = Array.from({ length: 31 }, (_, i) => ({
  service: `production/shop/${['checkout', 'stock', 'front', 'catalog', 'payment', 'search', 'mail', 'ads', 'geo'][i] ?? `service-${i}`}`,
  lastSeenAt: new Date(nowMs - 12_000).toISOString(),
  versions: ['1'],
  instances: 2,
  sources: ['spans'],
}))
