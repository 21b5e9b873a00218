/** The API's questions, answered from the checkpoints of the units: nothing is asked of running processors. */
import { judgeDefaults } from '../../core/detection/judge.ts'
import { formatInstant } from '../../core/kernel/instant.ts'
import { addLatency, quantileSeconds } from '../../core/kernel/histogram/latency.ts'
import { signalsOf } from '../../core/response/signals.ts'
import { thetaClearFor } from '../../core/detection/judge.ts'
import { instancesOf, type TrackName, type Bucket } from '../../core/rollup/track.ts'
import type { CheckpointStore } from '../../ports/checkpoint-store.ts'
import { restoreBucket, restoreServices } from '../../processors/detect/entries.ts'
import type { ServiceState } from '../../processors/detect/service-state.ts'
import type { ReleaseEntry } from '../../processors/attribute/state.ts'
import { windowLine } from '../replay/output.ts'
import type { ReleaseDetail, SeenService, SeriesBucket } from '../../contracts/explanation.ts'
import type { Queries } from '../../web/queries.ts'

const minutesBefore = 30
const routesShown = 20

export class StoreQueries implements Queries {
  readonly #store: CheckpointStore

  constructor(store: CheckpointStore) {
    this.#store = store
  }

  async windows(
    service: string,
    { fromMs, toMs, spanMaxMs }: { fromMs: number; toMs: number; spanMaxMs: number },
  ): Promise<readonly object[]> {
    const buckets = await this.#buckets(service, fromMs, toMs)
    const lastMs = Math.max(0, ...buckets.map(({ bucket }) => bucket.endMs))
    const lines: object[] = []
    for (const { track, bucket } of buckets) {
      if (track === 'calls' || bucket.endMs < lastMs - spanMaxMs) continue
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

  async #buckets(
    service: string,
    fromMs: number,
    toMs: number,
  ): Promise<{ track: TrackName; bucket: Bucket }[]> {
    const found: { track: TrackName; bucket: Bucket }[] = []
    for (const unit of await this.#unitsOf('detect')) {
      for (const group of await this.#store.groups(unit)) {
        if (!group.startsWith(`closed/${service}/`)) continue
        const hourMs = Number(group.slice(group.lastIndexOf('/') + 1))
        if (hourMs + 3_600_000 <= fromMs || hourMs >= toMs) continue
        for (const { key, value } of await this.#store.scan(unit, group, '')) {
          const [track] = key.split('/')
          if (track === 'kinds') continue
          const bucket = restoreBucket(value)
          if (bucket.startMs >= fromMs && bucket.endMs <= toMs) {
            found.push({ track: track as TrackName, bucket })
          }
        }
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
        if (state.versions.firstMs !== null) seen.push(await this.#seen(state))
      }
    }
    return seen.sort((a, b) => (a.service < b.service ? -1 : 1))
  }

  async #seen(state: ServiceState): Promise<SeenService> {
    const { lastMs, seen } = state.versions
    const recent = await this.#buckets(state.key, lastMs - 60_000, Number.MAX_SAFE_INTEGER)
    const instances = recent
      .filter(({ track }) => track !== 'calls')
      .map(({ bucket }) => instancesOf(bucket.cells))
    const sources = (['spans', 'metrics'] as const).filter(
      (track) => state.tracks[track].closedToMs > 0,
    )
    return {
      service: state.key,
      lastSeenAt: formatInstant(lastMs),
      versions: [...seen]
        .filter(([, each]) => each.lastMs > lastMs - 3_600_000)
        .map(([version]) => version),
      instances: Math.max(0, ...instances),
      sources,
    }
  }

  async releaseDetail(id: string): Promise<ReleaseDetail> {
    const entry = await this.#release(id)
    const state = entry === null ? null : await this.#service(entry.finding.service)
    const facts = state?.releases.find(({ finding }) => finding.id === id)?.watch ?? null
    const evidence = entry?.evidence ?? null
    const series = entry === null || facts === null ? [] : await this.#series(entry, facts)
    return {
      release: id,
      reportingLine: judgeDefaults.regressedLogE,
      evidence: (entry?.history ?? []).map(([atMs, logE]) => ({ at: formatInstant(atMs), logE })),
      signals: evidence === null ? [] : signalsOf(evidence, thetaClearFor(0)),
      suspects: [],
      series,
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

  async #service(key: string): Promise<ServiceState | null> {
    for (const unit of await this.#unitsOf('detect')) {
      const entries = [
        ...(await this.#store.scan(unit, '', `service/${key}`)),
        ...(await this.#store.scan(unit, '', `release/${key}/`)),
      ]
      const state = restoreServices(entries).services.get(key)
      if (state !== undefined) return state
    }
    return null
  }

  async #series(
    { finding }: ReleaseEntry,
    facts: NonNullable<ServiceState['releases'][number]['watch']>,
  ): Promise<ReleaseDetail['series']> {
    const fromMs = facts.startMs - minutesBefore * 60_000
    const all = await this.#buckets(finding.service, fromMs, facts.startMs + 4 * 3_600_000)
    const buckets = all.filter(({ track }) => track === facts.source).map(({ bucket }) => bucket)
    const routes = ['', ...facts.routes.slice(0, routesShown).map(([route]) => route)]
    return routes.map((route) => ({
      route,
      buckets: buckets.map((bucket) => seriesBucket(bucket, route, facts)),
    }))
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
