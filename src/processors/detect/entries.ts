/**
 * State entries of a `detect` unit: how each piece of a service is written and read back.
 *
 * JSON in UTF-8, format version in the unit's entry. Maps are arrays of pairs, so that their order (and
 * with it every output) survives. Group names: `open/<track>/<startMs>` for a window that is open,
 * `closed/<service>/<hourMs>` for history.
 */
import {
  type BucketCells,
  restoreCells,
  type StoredCells,
  storeCells,
} from '../../core/rollup/cells.ts'
import type { FailureWindow, KindFacts } from '../../core/rollup/failures.ts'
import type { Bucket, TrackName } from '../../core/rollup/track.ts'
import { byStart } from '../../core/releases/lifecycle.ts'
import type { Judging, ReleaseState } from '../../core/releases/release-state.ts'
import type { VersionSeen } from '../../core/releases/versions.ts'
import type { StateEntry } from '../processor.ts'
import {
  restoreClosedGauges,
  restoreGaugeHour,
  restoreGauges,
  restoreOpenGauges,
  sortGauges,
} from './gauge-state.ts'
import { giveJudgings, type JudgedWatch, withoutJudging } from './judging-entry.ts'
import { restoreCounts, restorePast, sortPast } from './past-state.ts'
import {
  emptyService,
  type HeldPoint,
  type KindBucket,
  type KnownKind,
  type ServiceState,
} from './service-state.ts'

const hourMs = 3_600_000
/** New ones come last: what is stored goes by the place. */
const trackNames: readonly TrackName[] = ['spans', 'metrics', 'calls', 'counts']

export const openGroup = (track: TrackName | 'failures' | 'gauges', startMs: number) =>
  `open/${track}/${startMs}`

export const historyGroup = (service: string, startMs: number) =>
  `closed/${service}/${Math.floor(startMs / hourMs) * hourMs}`

export function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}

export function decode(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
}

/** The small facts of a service; its cells, series and history have entries of their own. */
export function encodeService(state: ServiceState): Uint8Array {
  const { seen, hints, ...versions } = state.versions
  return encode({
    seq: state.seq,
    tracks: trackNames.map((name) => {
      const { spacings, stepMs, openFromMs, closedToMs, newestMs, late } = state.tracks[name]
      return { spacings, stepMs, openFromMs, closedToMs, newestMs, late }
    }),
    kindsClosedToMs: state.kindsClosedToMs,
    kinds: [...state.kinds],
    pendingHeld: state.pendingHeld,
    versions: { ...versions, seen: [...seen], hints: [...hints] },
    callers: [...state.callers],
    edgesSaid: [...state.edgesSaid],
    sentinel: withoutJudging(state.sentinel),
    silent: state.silent,
    instances: state.instances,
    heardTickMs: state.heardTickMs,
    counts: state.counts,
  })
}

type StoredService = Pick<
  ServiceState,
  'seq' | 'kindsClosedToMs' | 'pendingHeld' | 'sentinel' | 'silent'
> &
  Partial<Pick<ServiceState, 'instances' | 'heardTickMs'>> & {
    counts: Partial<ServiceState['counts']>
    tracks: {
      spacings: number[]
      stepMs: number | null
      openFromMs: number | null
      closedToMs: number
      late: number
    }[]
    kinds: [string, KnownKind][]
    versions: {
      firstMs: number | null
      lastMs: number
      versionedMs: number | null
      seen: [string, VersionSeen][]
      hints: [string, { revision: string | null; images: string[]; podHash: string | null }][]
    }
    callers: [string, number][]
    edgesSaid: [string, number][]
  }

function restoreService(state: ServiceState, bytes: Uint8Array): void {
  const { tracks, kinds, versions, callers, edgesSaid, counts, ...plain } = decode(
    bytes,
  ) as StoredService
  Object.assign(state, plain)
  Object.assign(state.counts, counts)
  for (const [i, name] of trackNames.entries()) Object.assign(state.tracks[name], tracks[i])
  state.kinds = new Map(kinds)
  state.versions = { ...versions, seen: new Map(versions.seen), hints: new Map(versions.hints) }
  state.callers = new Map(callers)
  state.edgesSaid = new Map(edgesSaid)
}

export function encodeRelease(state: ServiceState, id: string): Uint8Array | null {
  const release = state.releases.find(({ finding }) => finding.id === id)
  if (release === undefined) return null
  return encode({ ...release, watch: withoutJudging(release.watch) })
}

export function encodeSeries(state: ServiceState, instance: number): Uint8Array | null {
  const series = state.series.get(instance)
  return series === undefined ? null : encode([...series])
}

export function encodeOpen(
  state: ServiceState,
  track: TrackName,
  startMs: number,
): Uint8Array | null {
  const cells = state.tracks[track].open.get(startMs)
  return cells === undefined ? null : encode(storeCells(cells))
}

export function encodeFailures(state: ServiceState, startMs: number): Uint8Array | null {
  const window = state.failures.get(startMs)
  if (window === undefined) return null
  return encode({
    failed: [...window.failed],
    sightings: [...window.sightings],
    facts: [...window.facts],
    instances: [...window.instances].map(([id, set]) => [id, [...set]]),
    exemplars: [...window.exemplars],
    failedExemplars: window.failedExemplars,
    cut: window.cut,
  })
}

function restoreFailures(bytes: Uint8Array): FailureWindow {
  const stored = decode(bytes) as {
    failed: [string, { route: string; version: string }][]
    sightings: [string, { fingerprint: string; stack: boolean; depth: number }][]
    facts: [string, KindFacts][]
    instances: [string, number[]][]
    exemplars: [string, string][]
    failedExemplars: string[]
    cut: number
  }
  return {
    failed: new Map(stored.failed),
    sightings: new Map(stored.sightings),
    facts: new Map(stored.facts),
    instances: new Map(stored.instances.map(([id, list]) => [id, new Set(list)])),
    exemplars: new Map(stored.exemplars),
    failedExemplars: stored.failedExemplars,
    cut: stored.cut,
  }
}

export function encodeBucket(
  state: ServiceState,
  track: TrackName,
  startMs: number,
): Uint8Array | null {
  const bucket = state.tracks[track].closed.findLast((each) => each.startMs === startMs)
  return bucket === undefined ? null : encode({ ...bucket, cells: storeCells(bucket.cells) })
}

export function restoreBucket(bytes: Uint8Array): Bucket {
  const stored = decode(bytes) as Omit<Bucket, 'cells'> & { cells: StoredCells }
  const cells: BucketCells = restoreCells(stored.cells)
  return { ...stored, cells }
}

export function encodeKindBucket(state: ServiceState, startMs: number): Uint8Array | null {
  const bucket = state.kindBuckets.findLast((each) => each.startMs === startMs)
  return bucket === undefined ? null : encode(bucket)
}

/** Puts all entries of a unit's services back together, in any order that they come. */
export function restoreServices(entries: Iterable<StateEntry>): {
  services: Map<string, ServiceState>
  unit: Uint8Array | null
  /** Watches whose judging has no entry of its own yet. */
  judgedWithin: JudgedWatch[]
} {
  const services = new Map<string, ServiceState>()
  let unit: Uint8Array | null = null
  const judgings = new Map<string, Judging>()
  const gaugeHours: { service: string; hourMs: number; value: Uint8Array }[] = []
  const of = (key: string) => {
    let state = services.get(key)
    if (state === undefined) {
      state = emptyService(key)
      services.set(key, state)
    }
    return state
  }
  for (const { group, key, value } of entries) {
    const [kind, ...rest] = group.split('/')
    if (group === '' && key === 'unit') unit = value
    else if (group === '' && key.startsWith('service/')) {
      restoreService(of(key.slice('service/'.length)), value)
    } else if (group === '' && key.startsWith('release/')) {
      const release = decode(value) as ReleaseState
      of(key.slice('release/'.length, key.lastIndexOf('/'))).releases.push(release)
    } else if (group === '' && key.startsWith('judging/')) {
      judgings.set(key.slice('judging/'.length), decode(value) as Judging)
    } else if (group === '' && key.startsWith('series/')) {
      const at = key.lastIndexOf('/')
      const series = decode(value) as [string, HeldPoint][]
      of(key.slice('series/'.length, at)).series.set(Number(key.slice(at + 1)), new Map(series))
    } else if (group === '' && key.startsWith('gauges/')) {
      const stored = decode(value) as Parameters<typeof restoreGauges>[1]
      restoreGauges(of(key.slice('gauges/'.length)).gauges, stored)
    } else if (group === '' && key.startsWith('past/')) {
      restorePast(of(key.slice('past/'.length)).past, decode(value))
    } else if (kind === 'past') {
      restoreCounts(of(rest.slice(0, -1).join('/')).past, key, decode(value))
    } else if (kind === 'gauge-minutes') {
      const { gauges } = of(rest.slice(0, -1).join('/'))
      restoreClosedGauges(gauges, Number(key), decode(value))
    } else if (kind === 'gauge-days') {
      gaugeHours.push({ service: rest.slice(0, -1).join('/'), hourMs: Number(key), value })
    } else if (kind === 'open' && rest[0] === 'gauges') {
      restoreOpenGauges(of(key).gauges, Number(rest[1]), decode(value))
    } else if (kind === 'open' && rest[0] === 'failures') {
      of(key).failures.set(Number(rest[1]), restoreFailures(value))
    } else if (kind === 'open') {
      const cells = restoreCells(decode(value) as StoredCells)
      of(key).tracks[rest[0] as TrackName].open.set(Number(rest[1]), cells)
    } else if (kind === 'closed') restoreClosed(of(rest.slice(0, -1).join('/')), key, value)
  }
  // Hours are read by the series that they are of.
  for (const { service, hourMs, value } of gaugeHours) {
    restoreGaugeHour(of(service).gauges, hourMs, decode(value))
  }
  for (const state of services.values()) sortHistory(state)
  return { services, unit, judgedWithin: giveJudgings(services.values(), judgings) }
}

function restoreClosed(state: ServiceState, key: string, value: Uint8Array): void {
  const [track] = key.split('/')
  if (track === 'kinds') state.kindBuckets.push(decode(value) as KindBucket)
  else state.tracks[track as TrackName].closed.push(restoreBucket(value))
}

function sortHistory(state: ServiceState): void {
  state.releases.sort(byStart)
  sortGauges(state.gauges)
  sortPast(state.past)
  for (const name of trackNames) {
    state.tracks[name].closed.sort((a, b) => a.startMs - b.startMs)
    state.tracks[name].open = new Map([...state.tracks[name].open].sort(([a], [b]) => a - b))
  }
  state.kindBuckets.sort((a, b) => a.startMs - b.startMs)
  state.series = new Map([...state.series].sort(([a], [b]) => a - b))
}
