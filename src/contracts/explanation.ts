/** What the API answers besides the records: why a release is judged as it is, and what was seen of services. */
import { z } from 'zod'
import { Incident, Suspect } from './incident.ts'
import { Instant, ServiceKey } from './service.ts'
import { Signal } from './signal.ts'

const Counts = z.object({ events: z.number(), exposure: z.number() })

/** One bucket of a release's series; null is missing, which is not zero. */
export const SeriesBucket = z.object({
  start: Instant,
  end: Instant,
  new: Counts.nullable(),
  old: Counts.nullable(),
  /** Seconds. */
  p99: z.object({ new: z.number().nullable(), old: z.number().nullable() }).nullable(),
})
export type SeriesBucket = z.infer<typeof SeriesBucket>

/** `GET /v1/releases/{id}/evidence`. */
export const ReleaseDetail = z.object({
  release: z.string(),
  /** Log evidence from which on a release is reported as regressed. */
  reportingLine: z.number(),
  /** Evidence of the whole release over time, oldest first. */
  evidence: z.array(z.object({ at: Instant, logE: z.number() })),
  signals: z.array(Signal),
  suspects: z.array(Suspect),
  /** By route; '' is the whole service. */
  series: z.array(z.object({ route: z.string(), buckets: z.array(SeriesBucket) })),
  /** Business counters, and what each is counted by: `requests`, a route, another counter. */
  counters: z
    .array(z.object({ metric: z.string(), per: z.string(), buckets: z.array(SeriesBucket) }))
    .optional(),
  newVersion: z.string().nullable(),
  oldVersion: z.string().nullable(),
  mode: z.enum(['split', 'forecast']).nullable(),
  startedAt: Instant.nullable(),
})
export type ReleaseDetail = z.infer<typeof ReleaseDetail>

/** `GET /v1/incidents/{id}/explanation`. */
export const Explanation = z.object({ incident: Incident, releases: z.array(ReleaseDetail) })
export type Explanation = z.infer<typeof Explanation>

/** An item of `GET /v1/services`. */
export const SeenService = z.object({
  service: ServiceKey,
  firstSeenAt: Instant.nullable().optional(),
  lastSeenAt: Instant.nullable(),
  versions: z.array(z.string()),
  instances: z.number(),
  sources: z.array(z.enum(['spans', 'metrics'])),
})
export type SeenService = z.infer<typeof SeenService>

/** An item of `GET /v1/waiting`: a deployment that has met no telemetry of its service yet. */
export const WaitingDeployment = z.object({
  service: ServiceKey,
  version: z.string().nullable(),
  eventId: z.string(),
  waitsSince: Instant,
})
export type WaitingDeployment = z.infer<typeof WaitingDeployment>
