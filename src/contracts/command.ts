/** A person's word. It travels through the log, so that a replay hears it at the same place. */
import { z } from 'zod'
import { Instant } from './service.ts'

export const Command = z.object({
  id: z.string(),
  at: Instant,
  by: z.string(),
  kind: z.enum([
    'approve',
    'reject',
    'dismiss',
    'mute',
    'unmute',
    'freeze',
    'label',
    'settings',
    'manifest',
  ]),
  target: z.string(),
  expiresAt: Instant.nullable(),
  reason: z.string(),
})
export type Command = z.infer<typeof Command>
