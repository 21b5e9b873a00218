/**
 * What a metric says: requests of the service, calls of others, a value of its own, or nothing that is used.
 *
 * Durations by the conventions old and new (HTTP, RPC, messaging), Micrometer's and Prometheus' names, and the
 * Collector's spanmetrics, whose points say by `span.kind` which side they are. Monotonic sums with an outcome
 * attribute are requests too. Where one service sends the same requests more than once, one metric is taken:
 * the new HTTP convention before the old one, both before spanmetrics, any histogram before a sum.
 */
import type { Attributes, Metric } from '../../intake/otlp/telemetry.ts'
import { firstText, type Outcome, pointOutcome } from '../../intake/outcome.ts'
import { textAt } from '../../intake/identity.ts'
import { isCpuTime } from '../cpu-time.ts'
import { isCounted, type MetricRule, ruleFor } from '../metric-rules.ts'
import { isRestarts } from '../restarts.ts'

export type Side = 'server' | 'client'

/** In order of preference within a protocol: the first that a resource sends is taken. */
export type Family = 'new' | 'old' | 'spanmetrics' | 'sum'

export type MetricRole =
  /** A counter of the house, counted against an exposure. */
  | { readonly is: 'counter' }
  | { readonly is: 'requests'; readonly family: Family; readonly protocol: string }
  | { readonly is: 'value' }
  /** CPU time, which is judged by requests. */
  | { readonly is: 'cpu' }
  /** How often a container was started again, which is judged by minutes of instances. */
  | { readonly is: 'restarts' }
  | { readonly is: 'unused' }

interface Convention {
  readonly pattern: RegExp
  readonly side: Side
  readonly family: Family
  readonly protocol: string
}

const conventions: readonly Convention[] = [
  { pattern: /^http\.server\.request\.duration$/, side: 'server', family: 'new', protocol: 'http' },
  { pattern: /^http\.server\.duration$/, side: 'server', family: 'old', protocol: 'http' },
  {
    pattern: /^http[._]server[._]requests?([._](duration|seconds|milliseconds))*$/,
    side: 'server',
    family: 'old',
    protocol: 'http',
  },
  {
    pattern: /^http_requests?_duration(_seconds|_milliseconds)?$/,
    side: 'server',
    family: 'old',
    protocol: 'http',
  },
  { pattern: /^rpc\.server\.call\.duration$/, side: 'server', family: 'new', protocol: 'rpc' },
  { pattern: /^rpc\.server\.duration$/, side: 'server', family: 'old', protocol: 'rpc' },
  {
    pattern: /^messaging\.process\.duration$/,
    side: 'server',
    family: 'new',
    protocol: 'messaging',
  },
  { pattern: /^messaging\.process\.time$/, side: 'server', family: 'old', protocol: 'messaging' },
  { pattern: /^http\.client\.request\.duration$/, side: 'client', family: 'new', protocol: 'http' },
  { pattern: /^http\.client\.duration$/, side: 'client', family: 'old', protocol: 'http' },
  { pattern: /^rpc\.client\.call\.duration$/, side: 'client', family: 'new', protocol: 'rpc' },
  { pattern: /^rpc\.client\.duration$/, side: 'client', family: 'old', protocol: 'rpc' },
]

const requestDuration = /(^|[._])requests?[._](duration|latency|time)/
const clientName = /(^|[._])(client|outbound|upstream|egress)([._]|$)/
const requestCount = /(^|[._])(requests?|calls)([._](count|total))*$/
/** Sums that runtimes, agents and platforms keep about themselves. */
const ownSums =
  /^(otel\.|otlp\.|otelcol|jvm\.|process\.|nodejs\.|v8js\.|dotnet\.|go\.|cpython\.|system\.|k8s\.|container\.|db\.|kafka\.)/

/**
 * What a runtime tells of its process starts anew with every process, and with every release: compared with the old
 * one's it would be an alarm each time. Judged only where the settings name it, but for CPU time, which is judged by
 * requests. Counts of what is in flight go by the share of the traffic.
 */
const ofProcess =
  /^(otel|otlp|otelcol|jvm|process|nodejs|v8js|dotnet|aspnetcore|kestrel|go|cpython)[._]|[._]active_requests$/
/** Which process it is: another one with each release too. */
const ofIdentity =
  /(^|[._-])(start(ed)?[._-]?(time|at)|build([._-]?(number|time|info))?|revision|version|pid)([._-](seconds|ms))?$/i
const ofSdk = /^(@opentelemetry\/sdk|io\.opentelemetry\.(sdk|exporters)|opentelemetry\.sdk)/

export function roleOf(metric: Metric, rules: readonly MetricRule[] = []): MetricRole {
  const { kind, name, scope } = metric
  const rule = ruleFor(rules, name)
  if (rule?.signal === 'ignore') return { is: 'unused' }
  if (kind === 'sum' && metric.monotonic && isCounted(rules, name)) return { is: 'counter' }
  if (rule !== null && (kind === 'gauge' || kind === 'sum')) return { is: 'value' }
  if (isCpuTime(metric)) return { is: 'cpu' }
  if (isRestarts(metric)) return { is: 'restarts' }
  const role = roleByName(metric)
  const isOwn = ofProcess.test(name) || ofIdentity.test(name) || ofSdk.test(scope)
  if (role.is === 'value' && isOwn) return { is: 'unused' }
  return role
}

function roleByName(metric: Metric): MetricRole {
  const { kind, name } = metric
  if (kind === 'gauge') return { is: 'value' }
  if (kind === 'sum') return sumRole(metric)
  const convention = conventions.find(({ pattern }) => pattern.test(name))
  if (convention !== undefined) return { is: 'requests', ...convention }
  if (isSpanMetric(metric)) return { is: 'requests', family: 'spanmetrics', protocol: 'spans' }
  if (requestDuration.test(name)) return { is: 'requests', family: 'old', protocol: 'own' }
  return { is: 'unused' }
}

function sumRole(metric: Metric): MetricRole {
  if (!metric.monotonic) return { is: 'value' }
  const counts =
    !ownSums.test(metric.name) &&
    (requestCount.test(metric.name) ||
      metric.points.some(({ attributes }) => hasOutcome(attributes)))
  return counts ? { is: 'requests', family: 'sum', protocol: 'sum' } : { is: 'value' }
}

function isSpanMetric({ scope, points }: Metric): boolean {
  return (
    scope.includes('spanmetrics') || points.some(({ attributes }) => attributes.has('span.kind'))
  )
}

/** Which side a point speaks for; null for neither (INTERNAL and PRODUCER spans). */
export function sideOf(metric: Metric, attributes: Attributes): Side | null {
  const spanKind = textAt(attributes, 'span.kind')?.toUpperCase()
  if (spanKind !== undefined) {
    if (spanKind.endsWith('SERVER') || spanKind.endsWith('CONSUMER')) return 'server'
    return spanKind.endsWith('CLIENT') ? 'client' : null
  }
  return clientName.test(metric.name) ? 'client' : 'server'
}

const outcomeKeys = [
  'http.response.status_code',
  'http.status_code',
  'rpc.status_code',
  'rpc.grpc.status_code',
  'rpc.response.status_code',
  'error.type',
  'status.code',
  'status_code',
  'http_status_code',
  'status',
  'outcome',
  'result',
  'success',
  'error',
  'code',
  'response_code',
] as const

const failureWord =
  /^(error|errors|err|fail|failed|failure|exception|ko|false|server_error|status_code_error|5\d\d|5xx)$/i

function hasOutcome(attributes: Attributes): boolean {
  return outcomeKeys.some((key) => attributes.has(key))
}

/** Outcome of one point, of a duration or a sum. */
export function outcomeOf(metric: Metric, attributes: Attributes, side: Side): Outcome {
  const outcome = pointOutcome(attributes, side)
  if (outcome.failed) return outcome
  const status = firstText(attributes, [
    'status_code',
    'http_status_code',
    'response_code',
    'code',
    'status',
  ])
  const word = firstText(attributes, ['outcome', 'result'])
  const success = textAt(attributes, 'success')
  const error = textAt(attributes, 'error')
  const failed =
    (status !== null && failureWord.test(status)) ||
    (metric.kind === 'sum' && word !== null && failureWord.test(word)) ||
    (word !== null && /^(server_error|error|failure|failed)$/i.test(word)) ||
    (success !== null && /^(false|0|no)$/i.test(success)) ||
    (error !== null && !/^(false|0|no|none)$/i.test(error))
  return { failed, unanswered: false }
}

/** Requests that a resource sends through one metric are not taken from another. */
export class Preferences {
  readonly #sent = new Set<string>()

  note(
    owner: string,
    { family, protocol }: { readonly family: Family; readonly protocol: string },
    side: Side,
  ): void {
    this.#sent.add(`${owner}\n${side}\n${family}`)
    this.#sent.add(`${owner}\n${side}\n${family}\n${protocol}`)
  }

  takes(
    owner: string,
    { family, protocol }: { readonly family: Family; readonly protocol: string },
    side: Side,
  ): boolean {
    const sent = (other: Family) => this.#sent.has(`${owner}\n${side}\n${other}`)
    switch (family) {
      case 'new':
        return true
      case 'old':
        return !this.#sent.has(`${owner}\n${side}\nnew\n${protocol}`)
      case 'spanmetrics':
        return !sent('new') && !sent('old')
      case 'sum':
        return !sent('new') && !sent('old') && !sent('spanmetrics')
    }
  }
}
