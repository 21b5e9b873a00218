/** What people see: everything that one blamed release broke, with its suspects and what to do. */
import { z } from 'zod'
import { Provenance } from './change.ts'
import { Release } from './release.ts'
import { Rollback } from './rollback.ts'
import { Instant } from './service.ts'
import { Signal } from './signal.ts'

export const EvidenceTerm = z.object({
  term: z.enum([
    'contrast',
    'onset',
    'topology',
    'code',
    'text',
    'dose',
    'reversal',
    'flag',
    'size',
    'non-code',
    'prior',
  ]),
  bits: z.number(),
  /** One sentence with the numbers. */
  fact: z.string(),
})
export type EvidenceTerm = z.infer<typeof EvidenceTerm>

export const Suspect = z.object({
  rank: z.number().int(),
  kind: z.enum(['change', 'release', 'flag', 'config', 'external', 'unobserved']),
  id: z.string().nullable(),
  release: z.string().nullable(),
  probability: z.number().min(0).max(1),
  title: z.string(),
  revision: z.string().nullable(),
  /** People who know the change; never a cause. */
  accountable: z.array(z.string()),
  provenance: Provenance.nullable(),
  probabilityWithProvenance: z.number().nullable(),
  evidence: z.array(EvidenceTerm),
})
export type Suspect = z.infer<typeof Suspect>

export const Naming = z.object({
  kind: z.enum(['change', 'set', 'release', 'external', 'nobody']),
  ids: z.array(z.string()),
  probability: z.number(),
  because: z.string(),
})
export type Naming = z.infer<typeof Naming>

export const Incident = z.object({
  id: z.string().regex(/^inc_[0-9a-f]{16}(-\d+)?$/),
  revision: z.number().int(),
  state: z.enum(['open', 'mitigating', 'recovered', 'resolved']),
  severity: z.enum(['critical', 'warning']),
  environment: z.string(),
  openedAt: Instant,
  updatedAt: Instant,
  onsetAt: Instant,
  title: z.string().max(120),
  summary: z.string(),
  regressions: z.array(z.object({ release: Release, signals: z.array(Signal) })),
  naming: Naming,
  suspects: z.array(Suspect),
  exemplars: z.array(z.object({ traceId: z.string(), at: Instant })),
  suggestion: Rollback.nullable(),
  resolution: z
    .enum(['rolled-back', 'fixed-forward', 'recovered', 'expired', 'dismissed'])
    .nullable(),
})
export type Incident = z.infer<typeof Incident>
