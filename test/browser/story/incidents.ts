/** The open incident of the story with its suggested rollback, and resolved ones with each other naming. */
import type { Incident } from '../../../src/contracts/incident.ts'
import { at } from './moment.ts'
import { checkout } from './releases.ts'
import { signals } from './signals.ts'
import { suspects } from './suspects.ts'

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
