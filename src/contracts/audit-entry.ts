/** What was decided and done, one hash chain per writing unit. */
import { z } from 'zod'
import { Instant } from './service.ts'

export const AuditEntry = z.object({
  chain: z.string(),
  n: z.number().int(),
  at: Instant,
  prev: z.string().nullable(),
  /** sha256 of the canonical JSON of this entry without `hash`. */
  hash: z.string(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  inputs: z.array(z.string()),
  settingsHash: z.string(),
  detail: z.record(z.string(), z.unknown()),
})
export type AuditEntry = z.infer<typeof AuditEntry>
