/** A rollback suggestion and what became of it. Culprit suggests; a person or a policy decides. */
import { z } from 'zod'
import { Instant, Service } from './service.ts'

const Fact = z.object({ code: z.string(), fact: z.string() })
const Side = z.object({ version: z.string().nullable(), revision: z.string().nullable() })

export const Rollback = z.object({
  id: z.string().regex(/^rbk_[0-9a-f]{16}$/),
  revision: z.number().int(),
  incident: z.string(),
  service: Service,
  from: Side,
  to: Side.extend({ artifactId: z.string().nullable(), why: z.string() }),
  confidence: z.number(),
  state: z.enum([
    'suggested',
    'waiting',
    'approved',
    'rejected',
    'expired',
    'executing',
    'done',
    'failed',
    'uncertain',
    'cured',
    'persisting',
  ]),
  mode: z.enum(['suggest', 'ask', 'auto']),
  /** Why it should not be done blindly; empty means that every check passed. */
  refusals: z.array(Fact),
  checks: z.array(Fact),
  approvals: z.array(z.object({ by: z.string(), at: Instant, via: z.string() })),
  executor: z.string().nullable(),
  commands: z.array(
    z.object({
      for: z.enum(['kubectl', 'argo-rollouts', 'argocd', 'flux', 'helm', 'git']),
      command: z.string(),
    }),
  ),
  idempotencyKey: z.string(),
  expiresAt: Instant,
})
export type Rollback = z.infer<typeof Rollback>
