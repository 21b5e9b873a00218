/**
 * A synthetic house: the processes of one service, minute by minute, with releases. Requests and errors are those of
 * the synthetic service (day, drift, incidents, warm-up); what its processes tell besides is its instrument's. What
 * comes out are the records that `ingest` makes of such telemetry. A function of the seed alone.
 *
 * All at once the processes are new ones with the release; beside the old version one of five is, and the others follow
 * when the release has been watched.
 */
import type { Deployment, Gauge, Rollup, ServiceEvent } from '../../contracts/service-events.ts'
import type { Mode } from '../../core/detection/parameters.ts'
import type { AloneStory } from './alone-story.ts'
import { none } from './effects.ts'
import { Draws, mixedSeed } from './random.ts'
import { errorsOf } from './series.ts'
import { bucketsPerMinute, SyntheticService } from './service.ts'

export const minuteMs = 60_000
export const houseService = 'production/shop/checkout'
const route = 'POST /orders'
const processCount = 5
const windowMs = 10_000
/** Any midnight. */
const originMs = Date.UTC(2026, 0, 5)

export const endOf = (minute: number) => originMs + (minute + 1) * minuteMs

export interface HouseProcess {
  /** As instances are told apart: a hash. */
  readonly id: number
  readonly version: string
  /** Its first minute. */
  readonly since: number
}

/** One minute of a house, for its instrument. */
export interface HouseMinute {
  readonly minute: number
  readonly endMs: number
  readonly processes: readonly HouseProcess[]
  /** Requests of each version. */
  readonly requests: ReadonlyMap<string, number>
  /** The version under watch and the minutes since its release; null in quiet times. */
  readonly released: { readonly version: string; readonly minutes: number } | null
}

/** What the processes of a house tell beside their requests. */
export interface Instrument {
  /** Once for each minute, in order. */
  events(now: HouseMinute): ServiceEvent[]
}

export interface HouseOptions {
  readonly mode: Mode
  readonly rps: number
  readonly story: AloneStory
  /** Length of the whole tale. */
  readonly minutes: number
  readonly seed: number
}

export class SyntheticHouse {
  readonly #mode: Mode
  readonly #service: SyntheticService
  readonly #instrument: Instrument
  readonly #seed: number
  #minute = 0
  #version = '1'
  #processes: HouseProcess[] = []
  #released: { readonly minute: number; readonly warm: number; readonly before: string } | null =
    null

  constructor({ mode, rps, minutes, seed }: HouseOptions, instrument: Instrument) {
    const share = mode === 'split' ? 1 / processCount : 1
    const buckets = minutes * bucketsPerMinute
    this.#mode = mode
    this.#seed = seed
    this.#service = new SyntheticService({ rps, routes: 1, share, buckets }, seed)
    this.#instrument = instrument
    this.#processes = this.#started(processCount)
  }

  /** A new version from the minute to come on. */
  release(): { readonly version: string; readonly atMs: number; readonly event: Deployment } {
    const before = this.#version
    this.#version = String(Number(before) + 1)
    this.#released = { minute: this.#minute, warm: this.#service.warmUp(), before }
    const renewed = this.#mode === 'split' ? 1 : processCount
    this.#processes = [...this.#started(renewed), ...this.#processes.slice(renewed)]
    const version = this.#version
    const atMs = endOf(this.#minute) - minuteMs
    return { version, atMs, event: deployment(version, atMs) }
  }

  /** It has been watched: the others follow, and what it did is over. */
  settle(): void {
    this.#released = null
    const old = this.#processes.filter(({ version }) => version !== this.#version)
    const fresh = this.#processes.filter(({ version }) => version === this.#version)
    this.#processes = [...fresh, ...this.#started(old.length)]
  }

  /** The next minute. */
  next(): { readonly endMs: number; readonly events: readonly ServiceEvent[] } {
    const minute = this.#minute++
    const endMs = endOf(minute)
    const rollups = this.#requests(minute, endMs)
    const requests = new Map(rollups.map(({ version, rows }) => [version!, rows[0]!.requests]))
    const released = this.#released && {
      version: this.#version,
      minutes: minute - this.#released.minute,
    }
    const now = { minute, endMs, processes: this.#processes, requests, released }
    return { endMs, events: [...rollups, ...this.#instrument.events(now)] }
  }

  #requests(minute: number, endMs: number): Rollup[] {
    const { minute: since = 0, warm = 0, before = '' } = this.#released ?? {}
    const counts = this.#service.counts(
      minute * bucketsPerMinute,
      bucketsPerMinute,
      this.#released && { effect: none, minute: minute - since, warm },
    )
    const { n1, e1, n0, e0 } = errorsOf(null)(counts)
    const version = this.#version
    const processes = this.#processes
    const of = (name: string, n: number, e: number) =>
      rollupOf(
        { source: 'metrics', version: name, endMs, processes },
        { route, requests: n, errors: e },
      )
    if (this.#released === null || this.#mode === 'forecast') return [of(version, n1 + n0, e1 + e0)]
    return [of(before, n0, e0), of(version, n1, e1)]
  }

  #started(count: number): HouseProcess[] {
    const version = this.#version
    return Array.from({ length: count }, (_, i) => ({
      id: mixedSeed(this.#seed, 'process', version, this.#minute, i),
      version,
      since: this.#minute,
    }))
  }
}

/** What an instrument draws is its own, whatever else the house draws. */
export function instrumentDraws({ seed, story }: HouseOptions): Draws {
  return new Draws(mixedSeed(seed, story.signal))
}

/** The state that an instrument keeps of each process. */
export class OfProcesses<State> {
  readonly #of: (process: HouseProcess) => State
  readonly #known = new WeakMap<HouseProcess, State>()

  constructor(of: (process: HouseProcess) => State) {
    this.#of = of
  }

  get(process: HouseProcess): State {
    const known = this.#known.get(process)
    if (known !== undefined) return known
    const made = this.#of(process)
    this.#known.set(process, made)
    return made
  }
}

/** What one version has counted in the minute that ends at `endMs`, told by its processes. */
export function rollupOf(
  {
    source,
    version,
    endMs,
    processes,
  }: {
    readonly source: Rollup['source']
    readonly version: string
    readonly endMs: number
    readonly processes: readonly HouseProcess[]
  },
  row: { readonly route: string; readonly requests: number; readonly errors: number },
): Rollup {
  const own = processes.filter((each) => each.version === version)
  return {
    kind: 'rollup',
    service: houseService,
    version,
    source,
    startMs: endMs - windowMs,
    sizeMs: windowMs,
    spacingMs: minuteMs,
    arrivedMs: endMs,
    instances: own.map(({ id }) => id),
    rows: [{ ...row, unanswered: 0, latency: null }],
  }
}

/** Values that one process tells at `endMs`. */
export function gaugeOf(
  { id, version }: HouseProcess,
  endMs: number,
  points: readonly Omit<Gauge['points'][number], 'timeMs' | 'series'>[],
): Gauge {
  return {
    kind: 'gauge',
    service: houseService,
    version,
    instance: id,
    arrivedMs: endMs,
    points: points.map((each) => ({ ...each, series: each.metric, timeMs: endMs })),
  }
}

function deployment(version: string, atMs: number): Deployment {
  return {
    kind: 'deployment',
    service: houseService,
    named: { environment: true, namespace: true },
    action: 'deployed',
    eventId: `deploy-${version}`,
    eventSource: 'https://cd.example.com/shop',
    atMs,
    arrivedMs: atMs,
    version,
    previousVersion: null,
    revision: null,
    previousRevision: null,
    repository: null,
    artifactId: null,
    images: [],
    deploymentId: null,
    strategy: null,
    phase: 'finished',
    startedAtMs: null,
    share: null,
    rollback: null,
    manifest: null,
  }
}
