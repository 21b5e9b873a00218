import type { MetricRule } from '../../core/rollup/metric-rules.ts'

/** What `detect` is told from outside: each value is defined, with its reason, in `config`. */
export interface DetectSettings {
  readonly defaultEnvironment: string
  readonly graceMs: number
  /** Services of one unit; telemetry of more is refused. */
  readonly servicesMax: number
  /** Routes per service and version; the rest is `other`. */
  readonly routesMax: number
  /** Versions per bucket of a service; the rest is `other`, which is no release. */
  readonly versionsMax: number
  /** Fingerprints remembered per service. */
  readonly kindsMax: number
  /** Gauges remembered per service, and per unit. */
  readonly gaugesMax: number
  readonly gaugesInAllMax: number
  /** What a house says of its own metrics. */
  readonly metrics: readonly MetricRule[]
  /** How long a release is watched, and at most while it is suspicious. */
  readonly watchMs: number
  readonly watchMaxMs: number
  /** Of the counts of weeks of a unit's services. */
  readonly historyBytesMax: number
  /** Closed buckets kept besides what a watch needs. */
  readonly historyMs: number
}
