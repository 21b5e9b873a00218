/**
 * What `attribute` keeps of one environment, as plain data, and its state entries.
 *
 * Entries: `release/<id>`, `service/<key>`, `incident/<id>`, `edges` and `unit`, JSON in UTF-8. Bounded:
 * what is over is forgotten (`forget.ts` says when).
 */
import type { EvidenceFinding, ReleaseFinding } from '../../contracts/findings.ts'
import type { Incident } from '../../contracts/incident.ts'
import type { VerdictState } from '../../core/attribution/verdict.ts'
import type { StateEntry } from '../processor.ts'
import { refuseForeignFormat } from '../state-format.ts'
import type { PendingEntry } from './pending.ts'

const format = 1

export interface ReleaseEntry {
  finding: ReleaseFinding
  verdict: VerdictState
  /** Newest evidence of its streams. */
  evidence: EvidenceFinding | null
  /** Evidence of the whole release over time: [ms, log E], at most one a minute. */
  history: [number, number][]
  /** Revision of the published `Release`. */
  published: number
  /** Taken over from a predecessor's record: what findings say of the time up to here is known. */
  restoredToMs?: number
}

export interface ServiceEntry {
  key: string
  /** Newest evidence of its sentinels. */
  sentinel: EvidenceFinding | null
  silentSinceMs: number | null
  /** Last time at which anything was heard of it. */
  heardMs: number
}

export interface IncidentEntry {
  id: string
  environment: string
  /** Releases whose regressions are in it, the blamed one first. */
  releases: string[]
  /** The release that is blamed, though its own telemetry may show nothing: later ones of it join. */
  blamed?: string
  openedAtMs: number
  onsetMs: number
  recoveredAtMs: number | null
  resolvedAtMs: number | null
  /** Rankings that have been told: 0, 180 000, 600 000 ms after the alert. */
  ranked: number[]
  lastChangeMs: number
  /** As last published, and the revision of the last `incident.detected`. */
  incident: Incident
  detectedRevision: number | null
  /** Taken over from a predecessor's record, as it was then. */
  restoredToMs?: number
  /** Nothing was heard of its releases for a day: it is closed without a cure. */
  expired?: boolean
}

export interface EnvironmentState {
  /** Time of each detect unit; the least is the time of this unit. */
  units: Map<string, number>
  nowMs: number
  /** When what is over was last forgotten. */
  forgottenMs: number
  /** What waits for the tick behind it, in the order in which it came. */
  pending: PendingEntry[]
  releases: Map<string, ReleaseEntry>
  services: Map<string, ServiceEntry>
  /** `caller callee` -> when it was last seen. */
  edges: Map<string, number>
  incidents: Map<string, IncidentEntry>
  audit: { n: number; prev: string | null }
}

export function emptyEnvironment(): EnvironmentState {
  return {
    units: new Map(),
    nowMs: 0,
    forgottenMs: 0,
    pending: [],
    releases: new Map(),
    services: new Map(),
    edges: new Map(),
    incidents: new Map(),
    audit: { n: 0, prev: null },
  }
}

export function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}

function decode(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
}

export function encodeUnit(state: EnvironmentState): Uint8Array {
  const { units, nowMs, forgottenMs, pending, audit } = state
  return encode({ format, units: [...units], nowMs, forgottenMs, pending, audit })
}

export function restoreEnvironment(entries: Iterable<StateEntry>): EnvironmentState {
  const state = emptyEnvironment()
  for (const { key, value } of entries) {
    const id = key.slice(key.indexOf('/') + 1)
    if (key.startsWith('release/')) state.releases.set(id, decode(value) as ReleaseEntry)
    else if (key.startsWith('service/')) state.services.set(id, decode(value) as ServiceEntry)
    else if (key.startsWith('incident/')) state.incidents.set(id, decode(value) as IncidentEntry)
    else if (key === 'edges') state.edges = new Map(decode(value) as [string, number][])
    else if (key === 'unit') {
      const stored = decode(value) as {
        format: number
        units: [string, number][]
        nowMs: number
        forgottenMs?: number
        pending?: PendingEntry[]
        audit: EnvironmentState['audit']
      }
      refuseForeignFormat('attribute', { stored: stored.format, written: format })
      state.units = new Map(stored.units)
      state.nowMs = stored.nowMs
      state.forgottenMs = stored.forgottenMs ?? 0
      state.pending = stored.pending ?? []
      state.audit = stored.audit
    }
  }
  return state
}

/** At most one point a minute, and the newest. */
export function noteHistory({ history }: ReleaseEntry, { atMs, logE }: EvidenceFinding): void {
  const before = history.at(-2)
  if (before !== undefined && atMs - before[0] < 60_000) history.pop()
  history.push([atMs, Number(logE.toPrecision(6))])
  if (history.length > 300) history.shift()
}
