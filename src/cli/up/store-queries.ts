/**
 * The API's questions, answered from the checkpoints of the units: nothing is asked of running processors.
 * A read of a group is a round trip on Redis: what a question reads does not grow with the number of services.
 */
import { judgeDefaults } from '../../core/detection/judge.ts'
import { formatInstant } from '../../core/kernel/instant.ts'
import { addLatency, quantileSeconds } from '../../core/kernel/histogram/latency.ts'
import { signalsOf } from '../../core/response/signals.ts'
import type { MetricRule } from '../../core/rollup/metric-rules.ts'
import type { TrackName, Bucket } from '../../core/rollup/track.ts'
import type { CheckpointStore } from '../../ports/checkpoint-store.ts'
import { historyGroup, restoreBucket, restoreServices } from '../../processors/detect/entries.ts'
import type { ServiceState } from '../../processors/detect/service-state.ts'
import { restoreUnit } from '../../processors/detect/unit-state.ts'
import type { ReleaseEntry } from '../../processors/attribute/state.ts'
import { windowLine } from '../replay/output.ts'
import type {
  ReleaseDetail,
  SeenService,
  SeriesBucket,
  WaitingDeployment,
} from '../../contracts/explanation.ts'
import type { Queries } from '../../web/queries.ts'
import { counterSeries } from './counter-series.ts'

const minutesBefore = 30
const routesShown = 20
const hourMs = 3_600_000
/** Beyond what any question spans. */
const hoursMax = 72

interface Owner {
  readonly unit: string
  readonly state: ServiceState
}

export class StoreQueries implements Queries {
  readonly #store: CheckpointStore
  readonly #rules: readonly MetricRule[]

  constructor(store: CheckpointStore, rules: readonly MetricRule[] = []) {
    this.#store = store
    this.#rules = rules
  }

  async windows(
    service: string,
    { fromMs, toMs, spanMaxMs }: { fromMs: number; toMs: number; spanMaxMs: number },
  ): Promise<readonly object[]> {
    const owner = await this.#owner(service)
    if (owner === null) return []
    const newestMs = Math.min(toMs, closedToMs(owner.state))
    // The span is counted from the newest window found, which may be an hour of silence back.
    const span = { fromMs: Math.max(fromMs, newestMs - spanMaxMs - hourMs), toMs }
    const all = await this.#buckets(owner, span)
    // Calls are another service's, and a house's counters no requests.
    const buckets = all.filter(({ track }) => track === 'spans' || track === 'metrics')
    const lastMs = Math.max(0, ...buckets.map(({ bucket }) => bucket.endMs))
    const lines: object[] = []
    for (const { track, bucket } of buckets) {
      if (bucket.endMs < lastMs - spanMaxMs) continue
      for (const [version, { routes }] of bucket.cells) {
        for (const [route, cell] of routes) {
          lines.push({
            type: 'window',
            ...windowLine({ service, track, bucket, version, route, cell }),
          })
        }
      }
    }
    return lines
  }

  /** Groups of the history are named by service and hour: only those of the span are read. */
  async #buckets(
    { unit, state }: Owner,
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  ): Promise<{ track: TrackName; bucket: Bucket }[]> {
    // A coarse bucket may close after a fine one that began later.
    const firstMs = Math.max(fromMs, (state.versions.firstMs ?? 0) - hourMs)
    const lastMs = Math.min(toMs, closedToMs(state))
    const groups: string[] = []
    for (let atMs = lastMs; atMs > firstMs - hourMs && groups.length < hoursMax; atMs -= hourMs) {
      groups.push(historyGroup(state.key, atMs))
    }
    const scanned = await Promise.all(groups.map((group) => this.#store.scan(unit, group, '')))
    const found: { track: TrackName; bucket: Bucket }[] = []
    for (const { key, value } of scanned.flat()) {
      const [track] = key.split('/')
      if (track === 'kinds') continue
      const bucket = restoreBucket(value)
      if (bucket.startMs >= fromMs && bucket.endMs <= toMs) {
        found.push({ track: track as TrackName, bucket })
      }
    }
    return found.sort((a, b) => a.bucket.startMs - b.bucket.startMs || (a.track < b.track ? -1 : 1))
  }

  async #unitsOf(processor: string): Promise<string[]> {
    return (await this.#store.units()).filter((unit) => unit.startsWith(`${processor}/`))
  }

  async services(): Promise<SeenService[]> {
    const seen: SeenService[] = []
    for (const unit of await this.#unitsOf('detect')) {
      const entries = await this.#store.scan(unit, '', 'service/')
      for (const state of restoreServices(entries).services.values()) {
        if (state.versions.firstMs !== null) seen.push(seenService(state))
      }
    }
    return seen.sort((a, b) => (a.service < b.service ? -1 : 1))
  }

  async waiting(): Promise<WaitingDeployment[]> {
    const found: WaitingDeployment[] = []
    for (const unit of await this.#unitsOf('detect')) {
      const entries = await this.#store.scan(unit, '', 'unit')
      const own = entries.find(({ key }) => key === 'unit')
      if (own === undefined) continue
      for (const { deployment, knownMs } of restoreUnit(own.value).pending) {
        const { service, version, eventId } = deployment
        found.push({ service, version, eventId, waitsSince: formatInstant(knownMs) })
      }
    }
    return found
  }

  async releaseDetail(id: string): Promise<ReleaseDetail> {
    const entry = await this.#release(id)
    const owner = entry === null ? null : await this.#owner(entry.finding.service)
    const facts = owner?.state.releases.find(({ finding }) => finding.id === id)?.watch ?? null
    const evidence = entry?.evidence ?? null
    const series =
      owner === null || facts === null
        ? { series: [], counters: [] }
        : await this.#series(owner, facts)
    return {
      release: id,
      reportingLine: judgeDefaults.regressedLogE,
      evidence: (entry?.history ?? []).map(([atMs, logE]) => ({ at: formatInstant(atMs), logE })),
      signals: evidence === null ? [] : signalsOf(evidence),
      suspects: [],
      ...series,
      newVersion: facts?.newVersion ?? null,
      oldVersion: facts?.oldVersion ?? null,
      mode: facts?.mode ?? null,
      startedAt: facts === null ? null : formatInstant(facts.startMs),
    }
  }

  async #release(id: string): Promise<ReleaseEntry | null> {
    for (const unit of await this.#unitsOf('attribute')) {
      const [entry] = await this.#store.scan(unit, '', `release/${id}`)
      if (entry !== undefined)
        return JSON.parse(Buffer.from(entry.value).toString()) as ReleaseEntry
    }
    return null
  }

  /** The unit that keeps a service, with its small facts and its releases. */
  async #owner(key: string): Promise<Owner | null> {
    for (const unit of await this.#unitsOf('detect')) {
      const [services, releases] = await Promise.all([
        this.#store.scan(unit, '', `service/${key}`),
        this.#store.scan(unit, '', `release/${key}/`),
      ])
      if (!services.some((entry) => entry.key === `service/${key}`)) continue
      const state = restoreServices([...services, ...releases]).services.get(key)
      if (state !== undefined) return { unit, state }
    }
    return null
  }

  async #series(
    owner: Owner,
    facts: NonNullable<ServiceState['releases'][number]['watch']>,
  ): Promise<Pick<ReleaseDetail, 'series' | 'counters'>> {
    const fromMs = facts.startMs - minutesBefore * 60_000
    const all = await this.#buckets(owner, { fromMs, toMs: facts.startMs + 4 * hourMs })
    const buckets = all.filter(({ track }) => track === facts.source).map(({ bucket }) => bucket)
    const routes = ['', ...facts.routes.slice(0, routesShown).map(([route]) => route)]
    const series = routes.map((route) => ({
      route,
      buckets: buckets.map((bucket) => seriesBucket(bucket, route, facts)),
    }))
    return { series, counters: counterSeries(all, facts, this.#rules) }
  }
}

function closedToMs({ tracks }: ServiceState): number {
  return Math.max(tracks.spans.closedToMs, tracks.metrics.closedToMs)
}

function seenService({ key, versions, tracks, instances }: ServiceState): SeenService {
  const { firstMs, lastMs, seen } = versions
  return {
    service: key,
    firstSeenAt: firstMs === null ? null : formatInstant(firstMs),
    lastSeenAt: formatInstant(lastMs),
    versions: [...seen]
      .filter(([, each]) => each.lastMs > lastMs - hourMs)
      .map(([version]) => version),
    instances: Math.max(0, ...instances.map(([, count]) => count)),
    sources: (['spans', 'metrics'] as const).filter((track) => tracks[track].closedToMs > 0),
  }
}

function seriesBucket(
  bucket: Bucket,
  route: string,
  facts: { newVersion: string | null; oldVersion: string | null; startMs: number },
): SeriesBucket {
  const { startMs, endMs } = bucket
  const side = (takes: (version: string) => boolean) => {
    let [events, exposure, found] = [0, 0, false]
    let latency = null as Parameters<typeof addLatency>[0]
    for (const [version, { routes }] of bucket.cells) {
      if (!takes(version)) continue
      for (const [name, cell] of routes) {
        if (route !== '' && name !== route) continue
        found = true
        events += cell.errors
        exposure += cell.requests
        latency = addLatency(latency, cell.latency)
      }
    }
    return {
      counts: found ? { events, exposure } : null,
      p99: latency && quantileSeconds(latency, 0.99),
    }
  }
  const { newVersion, oldVersion } = facts
  const after = startMs >= facts.startMs
  const one = side((version) => (newVersion === null ? after : version === newVersion))
  const zero = side((version) => (newVersion === null ? !after : version === oldVersion))
  return {
    start: formatInstant(startMs),
    end: formatInstant(endMs),
    new: bucket.missing ? null : one.counts,
    old: bucket.missing ? null : zero.counts,
    p99: one.p99 === null && zero.p99 === null ? null : { new: one.p99, old: zero.p99 },
  }
}
