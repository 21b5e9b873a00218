/**
 * The release timeline: a lane per service, the most urgent first, each with its releases in a span of time.
 * Bounded; what the bound drops is counted as quiet or left-out services. Pure, half-open [fromMs, toMs).
 */
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import { byText, byUrgency, isOpen, serviceKey } from './verdict.ts'

export interface Bar {
  readonly release: Release
  readonly fromMs: number
  /** Where the watch ended: the verdict, the next release, or now. */
  readonly toMs: number
  /** Share of the traffic over time, from `fromMs` on; empty: not known. */
  readonly steps: readonly { readonly fromMs: number; readonly share: number }[]
  readonly verdictMs: number
  readonly harm: { readonly fromMs: number; readonly toMs: number } | null
}

export interface Lane {
  readonly key: string
  readonly name: string
  /** The version before the first bar. */
  readonly before: string | null
  /** From when on the service has been heard: nothing is drawn before it. */
  readonly fromMs: number
  readonly bars: readonly Bar[]
}

const final = new Set(['cleared', 'recovered', 'inconclusive', 'transient', 'external', 'unjoined'])

export interface LaneOptions {
  readonly fromMs: number
  readonly toMs: number
  readonly lanesMax: number
  /** By service: its first telemetry. */
  readonly heardMs: ReadonlyMap<string, number>
}

export function lanesOf(
  releases: readonly Release[],
  incidents: readonly Incident[],
  { fromMs, toMs, lanesMax, heardMs }: LaneOptions,
): { readonly lanes: readonly Lane[]; readonly leftOut: number } {
  const shown = releases.filter((release) => inSpan(release, fromMs, toMs))
  const byService = new Map<string, Release[]>()
  for (const release of [...shown].sort(byUrgency)) {
    const key = serviceKey(release.service)
    byService.set(key, [...(byService.get(key) ?? []), release])
  }
  const lanes = [...byService].slice(0, lanesMax).map(([key, own]) => {
    const ordered = [...own].sort((a, b) => byText(a.startedAt, b.startedAt) || byText(a.id, b.id))
    const startMs = Date.parse(ordered[0]!.startedAt)
    return {
      key,
      fromMs: Math.max(fromMs, Math.min(startMs, heardMs.get(key) ?? fromMs)),
      name: ordered[0]!.service.name,
      before: ordered[0]!.previousVersion,
      bars: ordered.map((release, i) =>
        barOf(release, { next: ordered[i + 1], incidents, fromMs, toMs }),
      ),
    }
  })
  return { lanes, leftOut: byService.size - lanes.length }
}

function inSpan(release: Release, fromMs: number, toMs: number): boolean {
  const startMs = Date.parse(release.startedAt)
  if (startMs >= toMs) return false
  return startMs >= fromMs || release.verdict === 'regressed' || release.verdict === 'suspicious'
}

interface BarOptions {
  readonly next: Release | undefined
  readonly incidents: readonly Incident[]
  readonly fromMs: number
  readonly toMs: number
}

function barOf(release: Release, { next, incidents, fromMs, toMs }: BarOptions): Bar {
  const startMs = Math.max(fromMs, Date.parse(release.startedAt))
  const nextMs = next === undefined ? toMs : Date.parse(next.startedAt)
  const verdictMs =
    release.verdictAt === null
      ? release.verdict === 'watching'
        ? toMs
        : startMs
      : Math.min(toMs, Math.max(startMs, Date.parse(release.verdictAt)))
  const watchedToMs = final.has(release.verdict) ? verdictMs : toMs
  return {
    release,
    fromMs: startMs,
    toMs: Math.max(startMs, Math.min(nextMs, watchedToMs)),
    steps: release.rollout
      .map(({ at, share }) => ({ fromMs: Math.max(startMs, Date.parse(at)), share }))
      .filter((step) => step.fromMs < toMs),
    verdictMs,
    harm: harmOf(release, incidents, { fromMs, toMs }),
  }
}

/** From the onset to the end of harm, as an incident about this release says it. */
function harmOf(
  release: Release,
  incidents: readonly Incident[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Bar['harm'] {
  const incident = incidents.find(({ regressions }) =>
    regressions.some((each) => each.release.id === release.id),
  )
  if (incident === undefined) return null
  const startMs = Math.max(fromMs, Date.parse(incident.onsetAt))
  const endMs = isOpen(incident) ? toMs : Math.min(toMs, Date.parse(incident.updatedAt))
  return endMs <= startMs ? null : { fromMs: startMs, toMs: endMs }
}

/** Round steps for an axis of time: at most `ticksMax` of them in the span. */
export function timeTicks(fromMs: number, toMs: number, ticksMax: number): number[] {
  const stepsMs = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((min) => min * 60_000)
  const stepMs = stepsMs.find((step) => (toMs - fromMs) / step <= ticksMax) ?? stepsMs.at(-1)!
  const first = Math.ceil(fromMs / stepMs) * stepMs
  const ticks: number[] = []
  for (let at = first; at < toMs; at += stepMs) ticks.push(at)
  return ticks
}
