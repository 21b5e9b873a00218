/**
 * Culprit's own metrics (contract section 12). Counters are plain numbers; labels come from closed sets,
 * but for live releases, which are bounded.
 */
import type { UnitStatus } from '../../engine/unit-status.ts'
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import { formatServiceKey } from '../../core/kernel/service-key.ts'
import { countedLimits, type Limit } from '../../processors/detect/service-state.ts'
import type { TickTold } from '../../processors/detect/observer.ts'
import { SeriesCount } from './series-count.ts'
import { label, type Metric, prometheusText, type Row } from './prometheus-text.ts'

export type IngestKind = 'spans' | 'points' | 'logs' | 'deployments'

export interface Gauges {
  readonly units: readonly UnitStatus[]
  readonly releases: readonly Release[]
  readonly incidents: readonly Incident[]
  readonly nowMs: number
  readonly memory: Pick<NodeJS.MemoryUsage, 'rss' | 'heapUsed' | 'external'>
}

const liveReleasesMax = 500
const limits: readonly Limit[] = ['services', ...countedLimits]
const separator = '\u0000'

export class OwnMetrics {
  readonly #accepted = new Map<string, number>()
  readonly #refused = new Map<string, number>()
  readonly #deadLetters = new Map<string, number>()
  readonly #dropped = new Map<string, number>()
  readonly #verdicts = new Map<string, number>()
  readonly #logEvents = new Map<string, number>()
  readonly #overflow = new Map<string, number>()
  readonly #placebos = { ended: 0, alarmed: 0 }
  /** Newest tick of each detect unit that this process has had. */
  readonly ticks = new Map<string, TickTold>()
  readonly series = new SeriesCount()
  windowsClosed = 0
  windowsIncomplete = 0
  late = 0
  watermarkMs: number | null = null

  accepted(kind: IngestKind, count: number): void {
    bump(this.#accepted, kind, count)
  }

  refused(kind: IngestKind, reason: string, count: number): void {
    bump(this.#refused, kind + separator + reason, count)
    if (reason === 'ahead' || reason === 'behind') bump(this.#dropped, reason, count)
  }

  /** Refused behind the doors, by a processor. */
  dropped(reason: string, count = 1): void {
    bump(this.#dropped, reason, count)
  }

  overflow(limit: Limit, count: number): void {
    bump(this.#overflow, limit, count)
  }

  placebo(alarmed: boolean): void {
    this.#placebos.ended++
    if (alarmed) this.#placebos.alarmed++
  }

  /** Units that these detect units go on without, once each. */
  leftOut(units: readonly UnitStatus[]): string[] {
    const told = units.flatMap(({ unit }) => this.ticks.get(unit)?.leftOut ?? [])
    return [...new Set(told)].sort()
  }

  deadLetter(reason: string): void {
    bump(this.#deadLetters, reason, 1)
  }

  /** What the client of the log met: a lost broker, a consumer made anew. */
  logEvent(what: string): void {
    bump(this.#logEvents, what, 1)
  }

  verdict(verdict: string): void {
    bump(this.#verdicts, verdict, 1)
  }

  get acceptedTotal(): number {
    return sum(this.#accepted)
  }

  get refusedTotal(): number {
    return sum(this.#refused)
  }

  text(gauges: Gauges): string {
    return prometheusText([
      ...this.#intake(),
      ...this.#pipeline(gauges),
      ...this.#detection(gauges),
      ...found(gauges),
      // Nothing delivers yet.
      counter('culprit_deliveries_total', 'Deliveries, by sink and what became of them.', []),
      ...memoryOf(gauges),
    ])
  }

  #intake(): Metric[] {
    const refusedByKind = new Map<string, number>()
    for (const [key, count] of this.#refused) bump(refusedByKind, key.split(separator)[0]!, count)
    const records = (counts: ReadonlyMap<string, number>, outcome: string): Row[] =>
      [...counts].map(([kind, count]) => [label({ kind, outcome }), count])
    const reasons = [...this.#refused].map(([key, count]): Row => {
      const [kind, reason] = key.split(separator) as [string, string]
      return [label({ kind, reason }), count]
    })
    return [
      {
        name: 'culprit_ingest_records_total',
        type: 'counter',
        help: 'Records that came in, by what became of them.',
        rows: [...records(this.#accepted, 'accepted'), ...records(refusedByKind, 'refused')],
      },
      counter('culprit_ingest_refused_total', 'Records refused, by reason.', reasons),
      counter('culprit_events_late_total', 'Events whose window had closed.', [['', this.late]]),
      counter(
        'culprit_events_dropped_total',
        'Dropped for their time or for a bound, by reason.',
        byLabel(this.#dropped, 'reason'),
      ),
      counter(
        'culprit_dead_letters_total',
        'Put aside, by reason.',
        byLabel(this.#deadLetters, 'reason'),
      ),
    ]
  }

  #pipeline({ units, nowMs }: Gauges): Metric[] {
    const commits = new Map<string, number>()
    for (const { unit, commits: count } of units) bump(commits, unit.split('/')[0]!, count)
    const lagSeconds =
      this.watermarkMs === null ? 0 : Math.max(0, (nowMs - this.watermarkMs) / 1000)
    const slowest = Math.max(0, ...units.map(({ commitMs }) => commitMs)) / 1000
    return [
      counter('culprit_windows_closed_total', 'Windows closed.', [['', this.windowsClosed]]),
      counter(
        'culprit_windows_incomplete_total',
        'Closed with less than 90 % of their telemetry.',
        [['', this.windowsIncomplete]],
      ),
      counter('culprit_commits_total', 'Commits of units.', byLabel(commits, 'processor')),
      gauge('culprit_commit_seconds', 'Publishing and commit of the slowest last turn.', [
        ['', slowest],
      ]),
      gauge('culprit_watermark_lag_seconds', 'Now minus the newest closed window.', [
        [label({ processor: 'detect' }), lagSeconds],
      ]),
      counter(
        'culprit_log_events_total',
        'What the client of the log met.',
        byLabel(this.#logEvents, 'event'),
      ),
      counter('culprit_verdicts_total', 'Changes of verdict.', byLabel(this.#verdicts, 'verdict')),
    ]
  }

  #detection({ units, nowMs }: Gauges): Metric[] {
    const ticks = units.flatMap(({ unit }) => this.ticks.get(unit) ?? [])
    const { ended, alarmed } = this.#placebos
    const absent = Math.max(0, ...ticks.map((each) => each.absent))
    return [
      gauge(
        'culprit_tick_lag_seconds',
        'Now minus the time up to which all of ingest has come, of the unit furthest behind.',
        lagRows(ticks, nowMs),
      ),
      gauge(
        'culprit_units_absent',
        'Units of ingest that windows are closed without.',
        ticks.length === 0 ? [] : [['', this.leftOut(units).length]],
      ),
      counter(
        'culprit_units_left_out_total',
        'Units of ingest left out after a minute without a word.',
        ticks.length === 0 ? [] : [['', absent]],
      ),
      gauge(
        'culprit_series',
        'Routes of versions of services in the newest windows, by what tells of the service.',
        this.series.rows(this.watermarkMs ?? 0),
      ),
      counter(
        'culprit_series_overflow_total',
        'Refused, or counted under a name that stands for many, by the limit that it was beyond.',
        limits.map((limit) => [label({ limit }), this.#overflow.get(limit) ?? 0]),
      ),
      gauge(
        'culprit_placebo_alarm_ratio',
        'Share of watches without a release that raised an alarm, of those that have ended.',
        ended === 0 ? [] : [['', alarmed / ended]],
      ),
    ]
  }
}

function lagRows(ticks: readonly TickTold[], nowMs: number): Row[] {
  const heard = ticks.filter(({ watermarkMs }) => watermarkMs >= 0)
  if (heard.length === 0) return []
  const leastMs = Math.min(...heard.map(({ watermarkMs }) => watermarkMs))
  return [['', Math.max(0, (nowMs - leastMs) / 1000)]]
}

function found({ releases, incidents }: Gauges): Metric[] {
  const unjoined = releases.filter(({ verdict }) => verdict === 'unjoined').length
  const open = incidents.filter(({ state }) => state === 'open' || state === 'mitigating').length
  const regressions = releases
    .slice(0, liveReleasesMax)
    .map(({ service, version, verdict }): Row => {
      const { environment } = service
      const labels = { service: formatServiceKey(service), environment, version: version ?? '' }
      return [label(labels), verdict === 'regressed' ? 1 : 0]
    })
  return [
    gauge('culprit_releases_unjoined', 'Releases whose telemetry never came.', [['', unjoined]]),
    gauge('culprit_release_regression', 'Whether a release is regressed.', newestOf(regressions)),
    gauge('culprit_incidents_open', 'Open incidents.', [['', open]]),
  ]
}

/** Under the names that dashboards of Node processes look for. */
function memoryOf({ memory }: Gauges): Metric[] {
  return [
    gauge('process_resident_memory_bytes', 'Resident memory.', [['', memory.rss]]),
    gauge('nodejs_heap_size_used_bytes', 'Used of the heap.', [['', memory.heapUsed]]),
    gauge('nodejs_external_memory_bytes', 'Held beside the heap.', [['', memory.external]]),
  ]
}

/** One row a label set: the newest release of a version that came twice. */
function newestOf(rows: readonly Row[]): Row[] {
  const newest = new Map<string, number>()
  for (const [labels, value] of rows) if (!newest.has(labels)) newest.set(labels, value)
  return [...newest]
}

function counter(name: string, help: string, rows: Row[]): Metric {
  return { name, type: 'counter', help, rows }
}

function gauge(name: string, help: string, rows: Row[]): Metric {
  return { name, type: 'gauge', help, rows }
}

function byLabel(counts: ReadonlyMap<string, number>, name: string): Row[] {
  return [...counts].map(([value, count]) => [label({ [name]: value }), count])
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0
  for (const count of counts.values()) total += count
  return total
}

function bump(map: Map<string, number>, key: string, count: number): void {
  if (count !== 0) map.set(key, (map.get(key) ?? 0) + count)
}
