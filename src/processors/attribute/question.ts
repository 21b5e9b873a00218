/**
 * The question that an incident asks of attribution: which releases are in reach, with which changes,
 * and what every monitored stream of the environment says.
 *
 * In reach is a release whose exposure began inside the look-back before the onset (or up to 10 min after
 * it) on a service that can reach, or be reached from, a symptomatic one in the call graph.
 */
import type { EvidenceFinding, StreamEvidence } from '../../contracts/findings.ts'
import { candidateOf, releaseCandidate } from '../../core/attribution/candidate.ts'
import type {
  AttributionInput,
  AttributionStream,
  Candidate,
  ErrorKind,
  ExposureUnit,
} from '../../core/attribution/types.ts'
import { judgeDefaults, standsAlone } from '../../core/detection/judge.ts'
import type { EnvironmentState, ReleaseEntry } from './state.ts'

const afterOnsetMs = 10 * 60_000
const candidatesMax = 500

export function releasesInReach(
  state: EnvironmentState,
  services: readonly string[],
  onsetMs: number,
  lookBackMs: number,
): ReleaseEntry[] {
  const reach = connected(state, services)
  return [...state.releases.values()]
    .filter(({ finding, verdict }) => {
      const { exposedAtMs, service, rollback } = finding
      if (exposedAtMs === null || rollback !== null || verdict.verdict === 'unjoined') return false
      if (exposedAtMs < onsetMs - lookBackMs || exposedAtMs > onsetMs + afterOnsetMs) return false
      return reach.has(service)
    })
    .sort((a, b) => (a.finding.id < b.finding.id ? -1 : 1))
}

/** All services that are connected with `services`, along calls in either direction but never back and forth. */
function connected(state: EnvironmentState, services: readonly string[]): Set<string> {
  const callers = new Map<string, string[]>()
  const callees = new Map<string, string[]>()
  for (const edge of state.edges.keys()) {
    const [caller, callee] = edge.split(' ') as [string, string]
    callers.set(callee, [...(callers.get(callee) ?? []), caller])
    callees.set(caller, [...(callees.get(caller) ?? []), callee])
  }
  const reached = new Set(services)
  for (const next of [callers, callees]) {
    const seen = new Set(services)
    const queue = [...services]
    for (let service = queue.pop(); service !== undefined; service = queue.pop()) {
      for (const other of next.get(service) ?? []) {
        if (seen.has(other)) continue
        seen.add(other)
        reached.add(other)
        queue.push(other)
      }
    }
  }
  return reached
}

/** Transitive callers of a service: they suffer with it. */
export function callersOf(state: EnvironmentState, service: string): Set<string> {
  const found = new Set<string>()
  const queue = [service]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const edge of state.edges.keys()) {
      const [caller, callee] = edge.split(' ') as [string, string]
      if (callee !== next || found.has(caller)) continue
      found.add(caller)
      queue.push(caller)
    }
  }
  return found
}

export function attributionInput(
  state: EnvironmentState,
  reach: readonly ReleaseEntry[],
  onsetMs: number,
): AttributionInput {
  const edges = [...state.edges.keys()].sort().map((edge) => {
    const [caller, callee] = edge.split(' ') as [string, string]
    return { caller, callee }
  })
  return {
    onsetMs,
    units: reach.map(unitOf),
    candidates: candidatesOf(reach),
    streams: streamsOf(state, reach, onsetMs),
    edges,
    kinds: reach.flatMap((entry) => kindsOf(entry, onsetMs)),
    entryFiles: [],
    oldShift: loudestOldShift(reach),
  }
}

/** Of the old versions that still serve beside a release in reach. */
function loudestOldShift(reach: readonly ReleaseEntry[]): AttributionInput['oldShift'] {
  const shifts = reach.flatMap(({ evidence }) => evidence?.oldShift ?? [])
  return shifts.sort((a, b) => b.logE - a.logE)[0] ?? null
}

function unitOf({ finding, evidence }: ReleaseEntry): ExposureUnit {
  const split = evidence?.streams.filter(({ mode }) => mode === 'split') ?? []
  return {
    id: finding.id,
    service: finding.service,
    startMs: finding.exposedAtMs ?? finding.startedAtMs,
    contrast: split.length === 0 ? null : Math.max(...split.map(tested)),
  }
}

/** A change may ride in several releases; its units are all of them. */
function candidatesOf(reach: readonly ReleaseEntry[]): Candidate[] {
  const candidates = new Map<string, Candidate>()
  for (const { finding } of reach) {
    const changes = finding.changes.filter(({ kind }) => kind !== 'merge')
    if (changes.length === 0) {
      const name = finding.service.slice(finding.service.lastIndexOf('/') + 1)
      const title = `${name} ${finding.version ?? finding.commit?.slice(0, 12) ?? ''}`.trim()
      const { id, commit: revision } = finding
      candidates.set(id, releaseCandidate({ id, title, revision }))
      continue
    }
    for (const change of changes.slice(0, candidatesMax)) {
      const known = candidates.get(change.id)
      const units = [...(known?.units ?? []), finding.id]
      candidates.set(change.id, candidateOf(change, units))
    }
  }
  return [...candidates.values()]
}

function streamsOf(
  state: EnvironmentState,
  reach: readonly ReleaseEntry[],
  onsetMs: number,
): AttributionStream[] {
  const streams: AttributionStream[] = []
  const watched = new Set<string>()
  for (const { finding, evidence } of reach) {
    if (evidence === null) continue
    watched.add(finding.service)
    for (const [i, stream] of evidence.streams.entries()) {
      if (isQuietAlone(stream)) continue
      const told = streamOf(`${finding.id} ${i}`, evidence, { stream, onsetMs })
      // At its own release's start is where an onset is likeliest before any data: no word on other releases.
      const own = told.onsetMs !== null && told.onsetMs <= (finding.exposedAtMs ?? 0)
      streams.push(own ? { ...told, onsetMs: null } : told)
    }
  }
  const services = [...state.services.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
  for (const { key, sentinel } of services) {
    if (sentinel === null || watched.has(key)) continue
    for (const [i, stream] of sentinel.streams.entries()) {
      streams.push(streamOf(`${key} ${i}`, sentinel, { stream, onsetMs }))
    }
  }
  return streams
}

/** A gauge or counter that says nothing is no evidence for health: there are many, and few that a change reaches. */
function isQuietAlone(stream: StreamEvidence): boolean {
  return standsAlone(stream) && tested(stream) < judgeDefaults.suspiciousLogE
}

/** Log evidence; what stands alone pays for all of its kind. */
function tested(stream: StreamEvidence): number {
  return standsAlone(stream) ? stream.logE + Math.log(stream.weight) : stream.logE
}

/** A stream that was hit since the onset has been hit, though it may be quiet again. */
function hit(stream: StreamEvidence, onsetMs: number): number {
  const { peak } = stream
  return peak !== undefined && peak.atMs >= onsetMs ? peak.logE : tested(stream)
}

function streamOf(
  id: string,
  evidence: EvidenceFinding,
  { stream, onsetMs }: { readonly stream: StreamEvidence; readonly onsetMs: number },
): AttributionStream {
  return {
    id,
    service: evidence.service,
    signal: stream.signal,
    route: stream.scope.route,
    caller: stream.scope.caller,
    logE: hit(stream, onsetMs),
    onsetMs: stream.onset?.atMs ?? null,
    code: null,
  }
}

const errorSignals: ReadonlySet<string> = new Set(['errors', 'new-error', 'availability'])

/** Of a release whose errors have not risen, the stack traces are those of any day. */
function kindsOf({ finding, evidence }: ReleaseEntry, onsetMs: number): ErrorKind[] {
  if (evidence === null) return []
  const speaks = evidence.streams.some(
    (stream) =>
      errorSignals.has(stream.signal) && hit(stream, onsetMs) >= judgeDefaults.suspiciousLogE,
  )
  if (!speaks) return []
  return evidence.kinds.map(({ fingerprint, type, template, frames }) => ({
    fingerprint,
    service: finding.service,
    type,
    template,
    frames,
  }))
}
