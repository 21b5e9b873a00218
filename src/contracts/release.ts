/** The state of a release as subscribers of `culprit.releases` see it: one record per change of verdict. */
import { z } from 'zod'
import { Completeness } from './change.ts'
import { Instant, Service } from './service.ts'
import { Strategy } from './service-events.ts'

export const Verdict = z.enum([
  'watching',
  'suspicious',
  'regressed',
  'external',
  'inconclusive',
  'cleared',
  'transient',
  'recovered',
  'unjoined',
])
export type Verdict = z.infer<typeof Verdict>

export const Release = z.object({
  id: z.string().regex(/^rel_[0-9a-f]{16}$/),
  /** Grows by one with every published state. */
  recordRevision: z.number().int(),
  service: Service,
  version: z.string().nullable(),
  previousVersion: z.string().nullable(),
  revision: z.string().nullable(),
  previousRevision: z.string().nullable(),
  startedAt: Instant,
  origin: z.enum(['event', 'inferred']),
  deploymentEventId: z.string().nullable(),
  strategy: z.union([Strategy, z.literal('unknown')]),
  verdict: Verdict,
  reason: z.string(),
  joined: z.enum(['exact', 'default-environment', 'default-namespace', 'versionless']).nullable(),
  /** Calibrated natural-log evidence of the whole release. */
  evidence: z.number().nullable(),
  verdictAt: Instant.nullable(),
  rollout: z.array(z.object({ at: Instant, share: z.number() })),
  changes: z.object({
    count: z.number().int(),
    completeness: z.union([Completeness, z.literal('none')]),
    provenance: z.object({
      ai: z.number().int(),
      mixed: z.number().int(),
      'human-attested': z.number().int(),
      'review-suggestion': z.number().int(),
      automation: z.number().int(),
      conflict: z.number().int(),
      unknown: z.number().int(),
    }),
    /** Tools and models that had a part in them, with their sessions; most changes first, at most 20. */
    agents: z
      .array(
        z.object({
          tool: z.string(),
          model: z.string().nullable(),
          changes: z.number().int(),
          sessions: z.array(z.string()),
        }),
      )
      .optional(),
  }),
})
export type Release = z.infer<typeof Release>
