/** Latency histograms as they are told and kept, exponential or explicit. Seconds; counts non-negative. */
import { z } from 'zod'

const Count = z.number().min(0)

/** Exponential (OTLP): counts[i] is the bucket offset + i; upper-inclusive bounds; seconds. */
export const ExponentialLatency = z.object({
  scale: z.number().int(),
  offset: z.number().int(),
  counts: z.array(Count),
  zero: Count,
  sum: z.number(),
  min: z.number().nullable(),
  max: z.number().nullable(),
})
export type ExponentialLatency = z.infer<typeof ExponentialLatency>

/** Explicit: counts has one more element than bounds; upper-inclusive bounds; seconds. */
export const ExplicitLatency = z.object({
  bounds: z.array(z.number()),
  counts: z.array(Count),
  sum: z.number(),
  min: z.number().nullable(),
  max: z.number().nullable(),
})
export type ExplicitLatency = z.infer<typeof ExplicitLatency>

export const Latency = z.union([ExponentialLatency, ExplicitLatency])
export type Latency = z.infer<typeof Latency>
