/** A CDEvent as Culprit writes it (CDEvents 0.5.1): alerts carry an `Incident`, rollbacks a `Rollback`. */
import { z } from 'zod'
import { Instant } from './service.ts'

export const CDEvent = z.object({
  context: z.object({
    specversion: z.literal('0.5.1'),
    id: z.uuid(),
    source: z.string(),
    type: z.string().regex(/^dev\.cdevents(x)?\./),
    timestamp: Instant,
    chainId: z.uuid(),
    schemaUri: z.url().optional(),
    links: z.array(
      z.object({
        linkType: z.literal('RELATION'),
        linkKind: z.string(),
        target: z.object({ contextId: z.string() }),
        tags: z.record(z.string(), z.string()).optional(),
      }),
    ),
  }),
  subject: z.object({
    id: z.string(),
    source: z.string(),
    content: z.record(z.string(), z.unknown()),
  }),
  customData: z.record(z.string(), z.unknown()).optional(),
  customDataContentType: z.literal('application/json'),
})
export type CDEvent = z.infer<typeof CDEvent>
