/** The lines that `culprit replay` prints, and what the API answers beside the records themselves. */
import { z } from 'zod'
import { CDEvent } from './cdevent.ts'
import { Incident, Naming, Suspect } from './incident.ts'
import { Release, Verdict } from './release.ts'
import { Instant, Service } from './service.ts'
import { Signal } from './signal.ts'

export const WindowLine = z.object({
  type: z.literal('window'),
  start: Instant,
  end: Instant,
  service: Service,
  version: z.string().nullable(),
  route: z.string(),
  source: z.enum(['spans', 'metrics']),
  requests: z.number(),
  errors: z.number(),
  unanswered: z.number(),
  latency: z
    .object({
      count: z.number(),
      sumSeconds: z.number(),
      minSeconds: z.number().nullable(),
      maxSeconds: z.number().nullable(),
      p50Seconds: z.number().nullable(),
      p99Seconds: z.number().nullable(),
    })
    .nullable(),
})
export type WindowLine = z.infer<typeof WindowLine>

export const VerdictLine = z.object({
  type: z.literal('verdict'),
  at: Instant,
  release: Release,
  from: Verdict,
  verdict: Verdict,
  evidence: z.number().nullable(),
  signals: z.array(Signal),
  final: z.boolean(),
})
export type VerdictLine = z.infer<typeof VerdictLine>

export const RankingLine = z.object({
  type: z.literal('ranking'),
  at: Instant,
  incident: z.string(),
  afterMs: z.union([z.literal(0), z.literal(180_000), z.literal(600_000)]),
  naming: Naming,
  suspects: z.array(Suspect),
  baselines: z.object({
    'latest-deploy': z.array(z.string()),
    'nearest-in-time': z.array(z.string()),
    'ai-share': z.array(z.string()),
    'last-on-frame': z.array(z.string()),
  }),
})
export type RankingLine = z.infer<typeof RankingLine>

/** An `Incident` record; as a line of replay it also has `type: "incident"`. */
export const IncidentLine = Incident.extend({ type: z.literal('incident').optional() })

/** A CDEvent; as a line of replay it also has `type`. */
export const AlertLine = CDEvent.extend({ type: z.literal('alert').optional() })
export const RollbackLine = CDEvent.extend({ type: z.literal('rollback').optional() })

export const SummaryLine = z.object({
  type: z.literal('summary'),
  lines: z.number(),
  spans: z.number(),
  points: z.number(),
  logs: z.number(),
  deployments: z.number(),
  refused: z.record(z.string(), z.number()),
  late: z.number(),
  windows: z.number(),
  series: z.number(),
  releases: z.number(),
  incidents: z.number(),
})

/** The last line of `culprit demo --json`. */
export const DemoLine = z.object({
  type: z.literal('demo'),
  story: z.string(),
  planted: z.string(),
  named: z.string().nullable(),
  alertAfterMs: z.number().nullable(),
  record: z.string().nullable(),
  incident: Incident.nullable(),
})

/** `GET /v1/verdict`. */
export const VerdictAnswer = z.object({
  verdict: z.union([Verdict, z.literal('unknown')]),
  answer: z.enum(['pass', 'fail', 'wait', 'inconclusive']),
  ok: z.boolean(),
  ready: z.boolean(),
  reason: z.string(),
  release: z.string().nullable(),
  incidentId: z.string().nullable(),
  evidence: z.number().nullable(),
  confidence: z.number().nullable(),
  observedUntil: Instant.nullable(),
  data: z.object({ errorRate: z.number().nullable(), baselineErrorRate: z.number().nullable() }),
})
