/**
 * Culprit's own metrics (contract section 12). Counters are plain numbers; labels come from closed sets,
 * but for live releases, which are bounded.
 */
import type { UnitStatus } from '../../engine/unit-status.ts'
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import { formatServiceKey } from '../../core/kernel/service-key.ts'
import { label, type Metric, prometheusText, type Row } from './prometheus-text.ts'

export type IngestKind = 'spans' | 'points' | 'logs' | 'deployments'

export interface Gauges {
  readonly units: readonly UnitStatus[]
  readonly releases: readonly Release[]
  readonly incidents: readonly Incident[]
  readonly nowMs: number
}

const liveReleasesMax = 500
const separator = '\u0000'

export class OwnMetrics {
  readonly #accepted = new Map<string, number>()
  readonly #refused = new Map<string, number>()
  readonly #deadLetters = new Map<string, number>()
  readonly #dropped = new Map<string, number>()
  readonly #verdicts = new Map<string, number>()
  readonly #logEvents = new Map<string, number>()
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
  dropped(reason: string): void {
    bump(this.#dropped, reason, 1)
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
    return prometheusText([...this.#intake(), ...this.#pipeline(gauges), ...found(gauges)])
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
