/**
 * Culprit's own metrics (contract section 12) as Prometheus text. Counters are plain numbers; labels come
 * from closed sets, but for live releases, which are bounded.
 */
import type { UnitStatus } from '../../engine/unit-status.ts'
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import { formatServiceKey } from '../../core/kernel/service-key.ts'

export type IngestKind = 'spans' | 'points' | 'logs' | 'deployments'

interface Gauges {
  readonly units: readonly UnitStatus[]
  readonly releases: readonly Release[]
  readonly incidents: readonly Incident[]
  readonly nowMs: number
}

const liveReleasesMax = 500

export class OwnMetrics {
  readonly #accepted = new Map<string, number>()
  readonly #refused = new Map<string, number>()
  readonly #deadLetters = new Map<string, number>()
  readonly #dropped = new Map<string, number>()
  readonly #verdicts = new Map<string, number>()
  windowsClosed = 0
  windowsIncomplete = 0
  late = 0
  watermarkMs: number | null = null

  accepted(kind: IngestKind, count: number): void {
    bump(this.#accepted, kind, count)
  }

  refused(kind: IngestKind, reason: string, count: number): void {
    bump(this.#refused, `${kind}\u0000${reason}`, count)
    if (reason === 'ahead' || reason === 'behind') bump(this.#dropped, reason, count)
  }

  deadLetter(reason: string): void {
    bump(this.#deadLetters, reason, 1)
  }

  verdict(verdict: string): void {
    bump(this.#verdicts, verdict, 1)
  }

  text({ units, releases, incidents, nowMs }: Gauges): string {
    const lines: string[] = []
    const metric = (
      name: string,
      type: 'counter' | 'gauge',
      help: string,
      rows: [string, number][],
    ) => {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
      for (const [labels, value] of rows)
        lines.push(`${name}${labels === '' ? '' : `{${labels}}`} ${value}`)
    }
    const refusedByKind = new Map<string, number>()
    for (const [key, count] of this.#refused) bump(refusedByKind, key.split('\u0000')[0]!, count)
    metric(
      'culprit_ingest_records_total',
      'counter',
      'Records that came in, by what became of them.',
      [
        ...[...this.#accepted].map(([kind, count]): [string, number] => [
          label({ kind, outcome: 'accepted' }),
          count,
        ]),
        ...[...refusedByKind].map(([kind, count]): [string, number] => [
          label({ kind, outcome: 'refused' }),
          count,
        ]),
      ],
    )
    metric(
      'culprit_ingest_refused_total',
      'counter',
      'Records refused, by reason.',
      [...this.#refused].map(([key, count]) => {
        const [kind, reason] = key.split('\u0000') as [string, string]
        return [label({ kind, reason }), count]
      }),
    )
    metric('culprit_events_late_total', 'counter', 'Events whose window had closed.', [
      ['', this.late],
    ])
    metric(
      'culprit_events_dropped_total',
      'counter',
      'Events dropped for their time.',
      [...this.#dropped].map(([reason, count]) => [label({ reason }), count]),
    )
    metric('culprit_windows_closed_total', 'counter', 'Windows closed.', [['', this.windowsClosed]])
    metric(
      'culprit_windows_incomplete_total',
      'counter',
      'Closed windows with less than 90 % of their telemetry.',
      [['', this.windowsIncomplete]],
    )
    const commits = new Map<string, number>()
    for (const { unit, commits: count } of units) bump(commits, unit.split('/')[0]!, count)
    metric(
      'culprit_commits_total',
      'counter',
      'Commits of units.',
      [...commits].map(([processor, count]) => [label({ processor }), count]),
    )
    if (this.watermarkMs !== null) {
      metric('culprit_watermark_lag_seconds', 'gauge', 'Now minus the watermark.', [
        [label({ processor: 'detect' }), Math.max(0, (nowMs - this.watermarkMs) / 1000)],
      ])
    }
    metric(
      'culprit_verdicts_total',
      'counter',
      'Changes of verdict.',
      [...this.#verdicts].map(([verdict, count]) => [label({ verdict }), count]),
    )
    const unjoined = releases.filter(({ verdict }) => verdict === 'unjoined').length
    metric('culprit_releases_unjoined', 'gauge', 'Releases whose telemetry never came.', [
      ['', unjoined],
    ])
    metric(
      'culprit_release_regression',
      'gauge',
      'Whether a release is regressed.',
      releases.slice(0, liveReleasesMax).map(({ service, version, verdict }) => [
        label({
          service: formatServiceKey(service),
          environment: service.environment,
          version: version ?? '',
        }),
        verdict === 'regressed' ? 1 : 0,
      ]),
    )
    const open = incidents.filter(({ state }) => state === 'open' || state === 'mitigating').length
    metric('culprit_incidents_open', 'gauge', 'Open incidents.', [['', open]])
    metric(
      'culprit_dead_letters_total',
      'counter',
      'Records put aside, by reason.',
      [...this.#deadLetters].map(([reason, count]) => [label({ reason }), count]),
    )
    return `${lines.join('\n')}\n`
  }
}

function bump(map: Map<string, number>, key: string, count: number): void {
  if (count !== 0) map.set(key, (map.get(key) ?? 0) + count)
}

function label(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(
      ([name, value]) =>
        `${name}="${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`,
    )
    .join(',')
}
