/** One tested stream of a release: what was compared, how strong the evidence is and how large the effect. */
import { z } from 'zod'
import { Instant } from './service.ts'

export const SignalName = z.enum([
  'errors',
  'latency',
  'availability',
  'traffic',
  'new-error',
  'gauge',
  'business',
])
export type SignalName = z.infer<typeof SignalName>

export const SignalScope = z.object({
  route: z.string().nullable(),
  fingerprint: z.string().nullable(),
  metric: z.string().nullable(),
  caller: z.string().nullable(),
})
export type SignalScope = z.infer<typeof SignalScope>

/** How far a gauge has moved, in its own unit. */
export const GaugeShift = z.object({
  unit: z.string(),
  /** Its usual value, the old version's beside the new one, in the newest step. */
  usual: z.number(),
  /** What was measured, since the onset or in the watch so far; it lies within the other two nine times in ten. */
  shift: z.number(),
  low: z.number(),
  high: z.number(),
  /** Smallest shift that would have shown, and the smallest that is excluded; null for none. */
  detectable: z.number().nullable(),
  excluded: z.number().nullable(),
  /** What Culprit itself makes of CPU time, for each request, and of restarts; left out for a gauge as it was sent. */
  own: z.enum(['cpu', 'restarts']).optional(),
})
export type GaugeShift = z.infer<typeof GaugeShift>

export const Signal = z.object({
  signal: SignalName,
  scope: SignalScope,
  mode: z.enum(['split', 'forecast']),
  state: z.enum(['watching', 'suspicious', 'regressed', 'cleared', 'inconclusive']),
  evidence: z.number(),
  effect: z.object({ ratio: z.number(), low: z.number(), high: z.number() }).nullable(),
  detectable: z.number().nullable(),
  onset: z.object({ at: Instant, from: Instant, to: Instant }).nullable(),
  baseline: z.object({ events: z.number(), exposure: z.number() }),
  observed: z.object({ events: z.number(), exposure: z.number() }),
  latency: z
    .object({
      quantile: z.number(),
      thresholdSeconds: z.number(),
      beforeSeconds: z.number().nullable(),
      afterSeconds: z.number().nullable(),
    })
    .optional(),
  gauge: GaugeShift.optional(),
  /** Of a business counter: one of what it is counted by: a `request` of the service, a route or another counter. */
  per: z.string().optional(),
})
export type Signal = z.infer<typeof Signal>
