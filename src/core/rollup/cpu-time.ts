/**
 * The counters of CPU time that runtimes, agents and kubelets keep, as they arrive in OTLP: which a metric is, and
 * which of several one service is judged by.
 *
 * Seconds by unit (Micrometer's are nanoseconds). Points of several modes (`cpu.mode`, `state`, `type`) are parts of one
 * total, but for time that nobody's work took. Source: OpenTelemetry conventions for process, JVM, .NET, container
 * and Kubernetes metrics; names of Prometheus clients as the Collector's receiver hands them on.
 */
import { textAt } from '../intake/identity.ts'
import type { Attributes, Metric } from '../intake/otlp/telemetry.ts'

/** In order of preference: nearest to the requests first, pods with all that runs in them last. */
const names: readonly RegExp[] = [
  /^process\.cpu\.time$/,
  /^(jvm|dotnet\.process|cpython|process\.runtime\.\w+)\.cpu[._]time$/,
  /^process[._]cpu([._]seconds)([._]total)?$/,
  /^container\.cpu\.time$/,
  /^k8s\.container\.cpu\.time$/,
  /^container\.cpu\.usage\.total$/,
  /^k8s\.pod\.cpu\.time$/,
]

export function isCpuTime({ kind, name }: Pick<Metric, 'kind' | 'name'>): boolean {
  return kind === 'sum' && rankOf(name) >= 0
}

/** The one that a service is judged by comes first. */
export function byPreference(one: string, other: string): number {
  return rankOf(one) - rankOf(other) || (one < other ? -1 : one > other ? 1 : 0)
}

function rankOf(name: string): number {
  return names.findIndex((pattern) => pattern.test(name))
}

const modeKey = /(^|\.)(cpu\.mode|mode|state|type)$/
const idleMode = /^(idle|io_?wait|wait|steal)$/i

/** Whether the mode is one in which nothing was worked. */
export function isIdleMode(attributes: Attributes): boolean {
  return [...attributes.keys()].some(
    (key) => modeKey.test(key) && idleMode.test(textAt(attributes, key) ?? ''),
  )
}
