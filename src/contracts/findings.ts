/**
 * The records of `culprit.findings`, keyed by environment: what `detect` found about single services and
 * what `attribute` decides from. Upserts: a receiver keeps the greatest `revision` of an id.
 *
 * Times are integer milliseconds since the epoch, evidence is natural-log. Schema version: findings/1.
 */
import { z } from 'zod'
import { Change, Completeness } from './change.ts'
import { Command } from './command.ts'
import { ServiceKey } from './service.ts'
import { Frame, Strategy } from './service-events.ts'
import { GaugeShift, SignalName, SignalScope } from './signal.ts'

const Ms = z.number().int()

/** A release as `detect` knows it: what joined, since when, with which changes. */
export const ReleaseFinding = z.object({
  kind: z.literal('release'),
  id: z.string(),
  revision: z.number().int(),
  service: ServiceKey,
  version: z.string().nullable(),
  previousVersion: z.string().nullable(),
  /** Of the previous release: its id where known, and whether Culprit saw it cleared is `attribute`'s to say. */
  previousRelease: z.string().nullable(),
  commit: z.string().nullable(),
  previousCommit: z.string().nullable(),
  repository: z.string().nullable(),
  artifactId: z.string().nullable(),
  previousArtifactId: z.string().nullable(),
  startedAtMs: Ms,
  /** First telemetry of the version (or the event's time where versionless); null before it. */
  exposedAtMs: Ms.nullable(),
  origin: z.enum(['event', 'inferred']),
  action: z.enum(['deployed', 'upgraded', 'rolledback']).nullable(),
  deploymentEventId: z.string().nullable(),
  strategy: z.union([Strategy, z.literal('unknown')]),
  joined: z.enum(['exact', 'default-environment', 'default-namespace', 'versionless']).nullable(),
  /** `late`: the event was 2 h old or more when it came; `superseded`: a later release took over. */
  phase: z.enum(['waiting', 'unjoined', 'watched', 'watch-ended', 'superseded', 'late']),
  /** Why `unjoined`, with the nearest names. */
  note: z.string().nullable(),
  rollout: z.array(z.object({ atMs: Ms, share: z.number() })),
  rollback: z.string().nullable(),
  completeness: z.union([Completeness, z.literal('none')]),
  changes: z.array(Change),
})
export type ReleaseFinding = z.infer<typeof ReleaseFinding>

/** One tested stream at one moment. */
export const StreamEvidence = z.object({
  signal: SignalName,
  scope: SignalScope,
  mode: z.enum(['split', 'forecast']),
  /** Calibrated log evidence now, and its weight in the release's. */
  logE: z.number(),
  weight: z.number(),
  /** P(effect worse than 1 + delta) in the direction tested. */
  probability: z.number(),
  ratio: z.number(),
  low: z.number(),
  high: z.number(),
  /** Events beyond what was expected, per minute, over the last 5 min; for falling signals what is missing. */
  excessPerMinute: z.number(),
  /** P(level back to usual) and for how long it has been at least .95. */
  recovered: z.number().nullable(),
  recoveredForMs: z.number().nullable(),
  /** log E' of equivalence for each theta_clear tested. */
  excludes: z.array(z.object({ theta: z.number(), logE: z.number() })),
  /** The smallest ratio at which the excess is one that matters; told with `excludes`. */
  materialRatio: z.number().optional(),
  onset: z.object({ atMs: Ms, fromMs: Ms, toMs: Ms }).nullable(),
  baseline: z.object({ events: z.number(), exposure: z.number() }),
  observed: z.object({ events: z.number(), exposure: z.number() }),
  detectable: z.number().nullable(),
  latency: z
    .object({
      quantile: z.number(),
      thresholdSeconds: z.number(),
      beforeSeconds: z.number().nullable(),
      afterSeconds: z.number().nullable(),
    })
    .nullable(),
  /** Of sentinels: since when the level is not the usual one, whether by an effect or an incident. */
  shiftedSinceMs: Ms.nullable().optional(),
  /** Of a stream that had been suspicious in this watch and is not any more: its loudest moment. */
  peak: z.object({ logE: z.number(), atMs: Ms }).optional(),
  /** Share of the placebos of its signal that were alarms, where they were too many to believe it. */
  falseShare: z.number().optional(),
  /** Of a business counter: one of what it is counted by, as it is called: `request`, a route or another counter. */
  per: z.string().optional(),
  /** What a gauge shows had begun before the release. */
  beganBefore: z.boolean().optional(),
  /** Of gauges; their ratio is 1 where none can be said. */
  gauge: GaugeShift.optional(),
})
export type StreamEvidence = z.infer<typeof StreamEvidence>

/** A new error kind of a release, with what ties it to code. */
export const KindEvidence = z.object({
  fingerprint: z.string(),
  type: z.string(),
  template: z.string(),
  frames: z.array(Frame),
  route: z.string().nullable(),
  firstAtMs: Ms,
  traces: z.number(),
  exemplars: z.array(z.object({ traceId: z.string(), atMs: Ms })),
})
export type KindEvidence = z.infer<typeof KindEvidence>

/**
 * All that `detect` knows about one release, or about a service without one (`release` null: its
 * sentinels), at the close of one bucket. Written when a stream changes its state and once a minute.
 */
export const EvidenceFinding = z.object({
  kind: z.literal('evidence'),
  release: z.string().nullable(),
  service: ServiceKey,
  version: z.string().nullable(),
  /** End of the newest bucket that is in it. */
  atMs: Ms,
  /** log E of the whole release: weighted mean of the streams' e-values. */
  logE: z.number(),
  streams: z.array(StreamEvidence),
  kinds: z.array(KindEvidence),
  exemplars: z.array(z.object({ traceId: z.string(), atMs: Ms })),
  /**
   * log E, at the release, of the service's monitors started 30 min before it; null without the history, and where
   * what is seen by now began with the release or after it.
   */
  preTrend: z.number().nullable(),
  /** The old version's errors against its own past, and since when they have left it (split watches). */
  oldShift: z.object({ logE: z.number(), onsetMs: Ms.nullable() }).nullable(),
  /** Share of the last 15 min that is missing. */
  missing: z.number(),
  /** Share of the watch so far that is missing. */
  gaps: z.number().optional(),
  weakHistory: z.boolean(),
  /** Set when the watch has ended. */
  final: z.boolean(),
  instances: z.object({ before: z.number(), now: z.number() }).nullable(),
  /** Requests still come by the source that the watch does not go by. */
  heardElsewhere: z.boolean().optional(),
})
export type EvidenceFinding = z.infer<typeof EvidenceFinding>

/** A service calls another; `calls` per the last hour. */
export const EdgeFinding = z.object({
  kind: z.literal('edge'),
  caller: ServiceKey,
  callee: ServiceKey,
  atMs: Ms,
})
export type EdgeFinding = z.infer<typeof EdgeFinding>

/** A service had traffic and fell silent (or speaks again): for mass silence. */
export const SilenceFinding = z.object({
  kind: z.literal('silence'),
  service: ServiceKey,
  atMs: Ms,
  silent: z.boolean(),
})
export type SilenceFinding = z.infer<typeof SilenceFinding>

/** Time of one `detect` unit: its watermark. */
export const FindingTick = z.object({
  kind: z.literal('tick'),
  unit: z.string(),
  atMs: Ms,
  /** One of several closings ends here, and the next one follows in the same record of the unit's input. */
  more: z.boolean().optional(),
  /** The recorded input ends here (replay only). */
  end: z.boolean().optional(),
})
export type FindingTick = z.infer<typeof FindingTick>

export const CommandFinding = z.object({ kind: z.literal('command'), command: Command })
export type CommandFinding = z.infer<typeof CommandFinding>

export const Finding = z.discriminatedUnion('kind', [
  ReleaseFinding,
  EvidenceFinding,
  EdgeFinding,
  SilenceFinding,
  FindingTick,
  CommandFinding,
])
export type Finding = z.infer<typeof Finding>
