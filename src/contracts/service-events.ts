/**
 * The records of `culprit.service-events`: everything that one service's `detect` state is made of.
 *
 * Each record is made from one input record of `ingest` alone, so the same input gives the same bytes.
 * Times are integer milliseconds since the epoch, latencies seconds, counts non-negative.
 * `service` is always a service key (`environment/namespace/name`). Schema version: service-events/1.
 */
import { z } from 'zod'
import { Change, ReleaseDelta } from './change.ts'
import { Latency } from './latency.ts'
import { ServiceKey } from './service.ts'

const Ms = z.number().int()
const Count = z.number().min(0)
/** 32-bit hash of an instance: enough to count instances, useless to name one. */
const InstanceHash = z.number().int()
/** 64-bit hash of a trace id, 16 hex digits. */
const TraceHash = z.string()

/** What else a resource says about its version, for matching a deployment that names it otherwise. */
export const VersionHints = z.object({
  revision: z.string().nullable(),
  images: z.array(z.string()),
  podHash: z.string().nullable(),
})
export type VersionHints = z.infer<typeof VersionHints>

export const RollupRow = z.object({
  route: z.string(),
  requests: Count,
  errors: Count,
  unanswered: Count,
  latency: Latency.nullable(),
  /** [requests, errors] by hash(instance) mod 16; left out for one instance. */
  groups: z.array(z.tuple([Count, Count])).optional(),
})
export type RollupRow = z.infer<typeof RollupRow>

const FromResource = {
  service: ServiceKey,
  /** `service.version` as sent; null where the resource has none. */
  version: z.string().nullable(),
}

/**
 * Requests of one service and version in one window, from one input record. Of source `counts`: what counters of the
 * house have counted, their names in place of routes.
 */
export const Rollup = z.object({
  kind: z.literal('rollup'),
  ...FromResource,
  hints: VersionHints.optional(),
  source: z.enum(['spans', 'metrics', 'counts']),
  /**
   * Start of the cell: 10 s for spans (by a span's end); 5 s for metrics (by a point's time - 1 ms),
   * the greatest size that divides every spacing of contract section 4.
   */
  startMs: Ms,
  sizeMs: Ms,
  /** Spacing of the source's points; equal to sizeMs for spans. 0 where one point alone does not tell. */
  spacingMs: Ms,
  arrivedMs: Ms,
  /** Distinct instances that reported here, at most 256. */
  instances: z.array(InstanceHash),
  rows: z.array(RollupRow),
})
export type Rollup = z.infer<typeof Rollup>

/** One in-app or library frame, newest call first. Lines are 1-based. */
export const Frame = z.object({
  file: z.string(),
  line: z.number().int().nullable(),
  function: z.string().nullable(),
  inApp: z.boolean(),
})
export type Frame = z.infer<typeof Frame>

/** Exceptions of one fingerprint in one window, from one input record; counted in `detect`, once per trace. */
export const Kinds = z.object({
  kind: z.literal('kinds'),
  ...FromResource,
  startMs: Ms,
  arrivedMs: Ms,
  fingerprint: z.string(),
  /** Last part of the exception's type name, after `.` or `$`. */
  type: z.string(),
  /** The scrubbed message with its values replaced. */
  template: z.string(),
  frames: z.array(Frame).max(20),
  /** Whether the record had a stack trace; of several records of one failure the one with a stack speaks. */
  stack: z.boolean(),
  route: z.string().nullable(),
  traces: z.array(TraceHash).max(256),
  /** Full trace ids of the first few, for exemplars. */
  exemplars: z.array(z.string()).max(5),
  instances: z.array(InstanceHash).max(16),
})
export type Kinds = z.infer<typeof Kinds>

/** Traces whose SERVER or CONSUMER span of this service failed. */
export const Failed = z.object({
  kind: z.literal('failed'),
  ...FromResource,
  startMs: Ms,
  arrivedMs: Ms,
  /** Parallel to `routes`. */
  traces: z.array(TraceHash).max(1024),
  routes: z.array(z.string()),
  /** Full trace ids of the first few, for exemplars. */
  exemplars: z.array(z.string()).max(5),
  /** How many more there were. */
  cut: Count,
})
export type Failed = z.infer<typeof Failed>

/** Calls to `service` (the CALLEE) as a caller's CLIENT spans or client metrics saw them. */
export const Calls = z.object({
  kind: z.literal('calls'),
  service: ServiceKey,
  caller: ServiceKey,
  /** The caller's version. */
  version: z.string().nullable(),
  startMs: Ms,
  arrivedMs: Ms,
  /** Whether the callee was named by a child span (`trace`), `peer.service` or an address. */
  by: z.enum(['trace', 'peer', 'address']),
  attempts: Count,
  failed: Count,
  unanswered: Count,
})
export type Calls = z.infer<typeof Calls>

export const SnapshotPoint = z.object({
  /** Hash of resource, scope, metric and attributes: the identity of a cumulative series. */
  series: z.string(),
  metric: z.string(),
  /** Of the service's own requests; '' for calls. */
  route: z.string(),
  failed: z.boolean(),
  unanswered: z.boolean(),
  /** Start of the series as sent; 0 where unknown. */
  startMs: Ms,
  timeMs: Ms,
  count: Count,
  latency: Latency.nullable(),
})
export type SnapshotPoint = z.infer<typeof SnapshotPoint>

/**
 * Cumulative points of one resource; differenced in `detect`, where all points of a service meet.
 * Without `caller` they are the service's own requests; with it they are the caller's client metrics,
 * `service` is the CALLEE and `version` the caller's. With `counter` they are a house's own counters.
 */
export const Snapshot = z.object({
  kind: z.literal('snapshot'),
  ...FromResource,
  caller: ServiceKey.optional(),
  counter: z.boolean().optional(),
  hints: VersionHints.optional(),
  arrivedMs: Ms,
  instance: InstanceHash,
  points: z.array(SnapshotPoint),
})
export type Snapshot = z.infer<typeof Snapshot>

export const GaugeUse = z.enum(['cpu', 'restarts'])
export type GaugeUse = z.infer<typeof GaugeUse>

/** Values that are no counts; `series` names metric and attributes, without instance and version. */
export const Gauge = z.object({
  kind: z.literal('gauge'),
  ...FromResource,
  arrivedMs: Ms,
  instance: InstanceHash,
  points: z.array(
    z.object({
      metric: z.string(),
      series: z.string(),
      unit: z.string(),
      timeMs: Ms,
      value: z.number(),
      /** Start of the running total that `value` is (0 where unknown); left out for a value of its own. */
      totalSinceMs: Ms.optional(),
      /** What was counted since the point before: an increment, no level. */
      counted: z.boolean().optional(),
      /** No value to be judged by itself: seconds of CPU, judged by requests; restarts, by minutes of instances. */
      use: GaugeUse.optional(),
      /** Which of the running totals that make up the series this is: its resource and attributes, hashed. */
      part: z.string().optional(),
      /** Pod and container that a process runs in, which stay when it is started again; hashed as instances are. */
      place: InstanceHash.optional(),
      /** Start of what was counted; left out for a running total. */
      fromMs: Ms.optional(),
    }),
  ),
})
export type Gauge = z.infer<typeof Gauge>

export const Strategy = z.enum(['all-at-once', 'rolling', 'canary', 'blue-green'])
export type Strategy = z.infer<typeof Strategy>

/** A deployment event, whatever format it came in. */
export const Deployment = z.object({
  kind: z.literal('deployment'),
  service: ServiceKey,
  /** What the event itself named: joining may fall back only for what it left out or what telemetry leaves out. */
  named: z.object({ environment: z.boolean(), namespace: z.boolean() }),
  action: z.enum(['deployed', 'upgraded', 'rolledback', 'removed']),
  eventId: z.string(),
  eventSource: z.string(),
  /** The event's own time and when it reached Culprit. */
  atMs: Ms,
  arrivedMs: Ms,
  /** `service.version`, else the tag or version of the artifact. */
  version: z.string().nullable(),
  previousVersion: z.string().nullable(),
  revision: z.string().nullable(),
  previousRevision: z.string().nullable(),
  repository: z.string().nullable(),
  artifactId: z.string().nullable(),
  /** Tag and digest of `artifactId`. */
  images: z.array(z.string()),
  deploymentId: z.string().nullable(),
  strategy: Strategy.nullable(),
  phase: z.enum(['started', 'step', 'finished']),
  startedAtMs: Ms.nullable(),
  share: z.number().min(0).max(1).nullable(),
  /** Id of our own rollback that this deployment carries out. */
  rollback: z.string().nullable(),
  manifest: z
    .object({
      delta: ReleaseDelta.nullable(),
      cut: z.object({ changes: Count, files: Count, ranges: Count, tokens: Count }),
      changes: z.array(Change),
    })
    .nullable(),
})
export type Deployment = z.infer<typeof Deployment>

/** What each unit of ingest has seen and handed on: no tick, no time. */
export const Tick = z.object({
  kind: z.literal('tick'),
  units: z.record(z.string(), Ms),
  /** Units whose process has ended in order: nothing more comes of them. */
  left: z.array(z.string()).optional(),
  /** How many units there are of each input topic (`ingest/otlp_spans`): one not named yet is waited for. */
  roster: z.record(z.string(), z.number().int()).optional(),
  /** Records of telemetry taken in since the tick before; without it, some. Windows without any are missing, not zero. */
  records: z.number().optional(),
  /** The recorded input ends here: close every window and say what is known (replay only). */
  end: z.boolean().optional(),
})
export type Tick = z.infer<typeof Tick>

/**
 * Named by the contract (section 7) for what is computed aside: fits, fleet values, settings. Nothing is: fits are made at
 * the ticks, so nothing writes them and nobody reads them.
 */
export const Aside = z.object({
  kind: z.enum(['fit', 'fleet', 'settings']),
  service: ServiceKey.nullable(),
  stream: z.string().nullable(),
  values: z.record(z.string(), z.number()),
})
export type Aside = z.infer<typeof Aside>

export const ServiceEvent = z.discriminatedUnion('kind', [
  Rollup,
  Kinds,
  Failed,
  Calls,
  Snapshot,
  Gauge,
  Deployment,
  Tick,
  Aside,
])
export type ServiceEvent = z.infer<typeof ServiceEvent>
