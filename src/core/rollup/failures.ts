/**
 * Error kinds of one service: exceptions counted once per trace and type, only on traces that failed.
 *
 * One failure is several records in the wild: on several spans of a trace and once more in a log, with
 * a stack in some of them (otel-in-the-wild, *Exceptions*). The record with a stack speaks, the longest
 * stack first, then the smallest fingerprint. An exception on a trace whose SERVER span did not fail in
 * the same or a neighbouring window is no failure. Windows of 10 s, milliseconds since the epoch.
 */
import type { Failed, Frame, Kinds } from '../../contracts/service-events.ts'

const windowMs = 10_000
/** Traces kept per window; more are counted as cut. */
const tracesMax = 20_000

interface Sighting {
  readonly fingerprint: string
  readonly stack: boolean
  readonly depth: number
}

export interface KindFacts {
  readonly fingerprint: string
  readonly type: string
  readonly template: string
  readonly frames: readonly Frame[]
  readonly route: string | null
}

export interface FailureWindow {
  /** Trace hash -> route of the failed SERVER span, by version. */
  failed: Map<string, { route: string; version: string }>
  /** `trace type` -> what speaks for it. */
  sightings: Map<string, Sighting>
  facts: Map<string, KindFacts>
  instances: Map<string, Set<number>>
  exemplars: Map<string, string>
  failedExemplars: string[]
  cut: number
}

export interface CountedKind extends KindFacts {
  readonly version: string
  readonly traces: number
  readonly instances: readonly number[]
  readonly exemplars: readonly string[]
}

export function emptyFailureWindow(): FailureWindow {
  return {
    failed: new Map(),
    sightings: new Map(),
    facts: new Map(),
    instances: new Map(),
    exemplars: new Map(),
    failedExemplars: [],
    cut: 0,
  }
}

export function addFailed(window: FailureWindow, record: Failed): void {
  window.cut += record.cut
  for (const [i, trace] of record.traces.entries()) {
    if (window.failed.size >= tracesMax) {
      window.cut++
      continue
    }
    const version = record.version ?? ''
    window.failed.set(trace, { route: record.routes[i] ?? 'other', version })
  }
  for (const trace of record.exemplars) {
    if (window.failedExemplars.length < 5) window.failedExemplars.push(trace)
  }
}

export function addKinds(window: FailureWindow, record: Kinds): void {
  const { fingerprint, type, template, frames, route } = record
  if (!window.facts.has(fingerprint)) {
    window.facts.set(fingerprint, { fingerprint, type, template, frames, route })
  }
  const instances = window.instances.get(fingerprint) ?? new Set<number>()
  for (const instance of record.instances) if (instances.size < 16) instances.add(instance)
  window.instances.set(fingerprint, instances)
  const sighting = { fingerprint, stack: record.stack, depth: frames.length }
  for (const trace of record.traces) {
    const key = `${trace} ${type}`
    const before = window.sightings.get(key)
    if (before === undefined && window.sightings.size >= tracesMax) window.cut++
    else if (before === undefined || speaksBefore(sighting, before)) {
      window.sightings.set(key, sighting)
    }
  }
  for (const trace of record.exemplars) {
    if (window.exemplars.size < 20) window.exemplars.set(trace, fingerprint)
  }
}

function speaksBefore(a: Sighting, b: Sighting): boolean {
  if (a.stack !== b.stack) return a.stack
  if (a.depth !== b.depth) return a.depth > b.depth
  return a.fingerprint < b.fingerprint
}

/**
 * Counts the kinds of `window`. `neighbours` are the windows before and after, in that order; a failure
 * sighted in the window before is not counted again.
 */
export function countKinds(
  window: FailureWindow,
  before: FailureWindow | undefined,
  after: FailureWindow | undefined,
): CountedKind[] {
  const counted = new Map<string, { version: string; fingerprint: string; traces: number }>()
  for (const [key, sighting] of window.sightings) {
    if (before?.sightings.has(key)) continue
    const trace = key.slice(0, key.indexOf(' '))
    const failure =
      window.failed.get(trace) ?? before?.failed.get(trace) ?? after?.failed.get(trace)
    if (failure === undefined) continue
    const later = after?.sightings.get(key)
    const { fingerprint } = later !== undefined && speaksBefore(later, sighting) ? later : sighting
    const id = `${failure.version}\u0000${fingerprint}`
    const entry = counted.get(id) ?? { version: failure.version, fingerprint, traces: 0 }
    entry.traces++
    counted.set(id, entry)
  }
  return [...counted.entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, { version, fingerprint, traces }]) => {
      const facts = window.facts.get(fingerprint) ?? after?.facts.get(fingerprint)
      const exemplars = [...window.exemplars].filter(([, of]) => of === fingerprint)
      return {
        ...facts!,
        version,
        traces,
        instances: [...(window.instances.get(fingerprint) ?? [])],
        exemplars: exemplars.map(([trace]) => trace),
      }
    })
}

export function failureWindowStart(atMs: number): number {
  return Math.floor(atMs / windowMs) * windowMs
}
