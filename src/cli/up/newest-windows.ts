/**
 * The windows that closed since they were last asked for, out of the store: so every process that serves the
 * page can tell them, whichever runs detect. One read a unit, and one for each service that went on.
 *
 * Bounded: `servicesMax` services, those asked for first and then by key, and `linesMax` lines a round; of a
 * service that comes into view the past is not told.
 */
import type { Bucket, TrackName } from '../../core/rollup/track.ts'
import type { CheckpointStore, StoredEntry } from '../../ports/checkpoint-store.ts'
import { historyGroup, restoreBucket, restoreServices } from '../../processors/detect/entries.ts'
import type { ServiceState } from '../../processors/detect/service-state.ts'
import { windowLine } from '../replay/output.ts'

const servicesMax = 50
const linesMax = 2_000
const prefix = 'service/'
const hourMs = 3_600_000
/** Longer than any bucket: what began before is told already. */
const slowestMs = 300_000
const tracks = ['spans', 'metrics'] as const

interface Told {
  readonly spans: number
  readonly metrics: number
}

export class NewestWindows {
  readonly #store: Pick<CheckpointStore, 'units' | 'scan'>
  #told = new Map<string, Told>()

  constructor(store: Pick<CheckpointStore, 'units' | 'scan'>) {
    this.#store = store
  }

  /** Lines as `replay` prints them, by service and then in the order of time. */
  async take(first: readonly string[]): Promise<object[]> {
    const chosen = await this.#choose(first)
    const told = new Map<string, Told>()
    const lines: object[] = []
    for (const { unit, state } of chosen) {
      const { key } = state
      const { spans, metrics } = state.tracks
      const now = { spans: spans.closedToMs, metrics: metrics.closedToMs }
      const before = this.#told.get(key) ?? now
      told.set(key, now)
      if (lines.length < linesMax) lines.push(...(await this.#since(unit, key, { before, now })))
    }
    this.#told = told
    return lines.slice(0, linesMax)
  }

  async #choose(first: readonly string[]): Promise<{ unit: string; state: ServiceState }[]> {
    const places = new Map<string, { unit: string; entry: StoredEntry }>()
    for (const unit of await this.#store.units()) {
      if (!unit.startsWith('detect/')) continue
      for (const entry of await this.#store.scan(unit, '', prefix)) {
        places.set(entry.key.slice(prefix.length), { unit, entry })
      }
    }
    const keys = new Set([...first.filter((key) => places.has(key)), ...[...places.keys()].sort()])
    return [...keys].slice(0, servicesMax).map((key) => {
      const { unit, entry } = places.get(key)!
      return { unit, state: restoreServices([entry]).services.get(key)! }
    })
  }

  async #since(
    unit: string,
    service: string,
    { before, now }: { readonly before: Told; readonly now: Told },
  ): Promise<object[]> {
    const went = tracks.filter((track) => now[track] > before[track])
    if (went.length === 0) return []
    const fromMs = Math.min(...went.map((track) => before[track]))
    const toMs = Math.max(...went.map((track) => now[track]))
    // After a long pause only the newest two hours: the rest is asked for under /v1/windows.
    const groups: string[] = []
    const oldestMs = Math.max(fromMs, toMs - 2 * hourMs)
    for (let atMs = toMs - 1; groups.length < 3; atMs -= hourMs) {
      groups.push(historyGroup(service, atMs))
      if (Math.floor(atMs / hourMs) * hourMs <= oldestMs) break
    }
    const scanned = await Promise.all(groups.map((group) => this.#store.scan(unit, group, '')))
    const found: { track: TrackName; bucket: Bucket }[] = []
    for (const { key, value } of scanned.flat()) {
      const track = went.find((each) => key.startsWith(`${each}/`))
      const startMs = Number(key.slice(key.indexOf('/') + 1))
      if (track === undefined || startMs + slowestMs <= before[track]) continue
      const bucket = restoreBucket(value)
      if (bucket.endMs > before[track] && bucket.endMs <= now[track]) found.push({ track, bucket })
    }
    found.sort((a, b) => a.bucket.endMs - b.bucket.endMs || (a.track < b.track ? -1 : 1))
    return found.flatMap(({ track, bucket }) => linesOf(service, track, bucket))
  }
}

function linesOf(service: string, track: TrackName, bucket: Bucket): object[] {
  return [...bucket.cells].flatMap(([version, { routes }]) =>
    [...routes].map(([route, cell]) => ({
      type: 'window',
      ...windowLine({ service, track, bucket, version, route, cell }),
    })),
  )
}
