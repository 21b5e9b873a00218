/** Makes small OTLP JSON messages for tests; every part can be overridden. */
import { decodeOtlpJson } from '../../src/core/intake/otlp/decode.ts'
import { type Folded, fold } from '../../src/core/rollup/fold/fold.ts'
import { type FoldSettings, foldDefaults } from '../../src/core/rollup/fold/settings.ts'
import { attributes, type Values } from './otlp-attributes.ts'

/** On a window's edge. */
export const t0Ms = 1_795_338_420_000

export const checkout: Values = {
  'service.name': 'checkout',
  'service.namespace': 'shop',
  'service.version': '1.42.0',
  'service.instance.id': 'checkout-1',
  'deployment.environment.name': 'production',
}

/** The attributes of a GET and of the status that answered it. */
export const httpGet = (route: string, status = 200): Values => ({
  'http.request.method': 'GET',
  'http.route': route,
  'http.response.status_code': status,
})

export const nanos = (ms: number) => `${Math.round(ms * 1000)}000`

export interface SpanParts {
  readonly kind?: number
  readonly name?: string
  readonly traceId?: string
  readonly spanId?: string
  readonly parentSpanId?: string
  readonly endMs?: number
  readonly durationMs?: number
  readonly status?: number
  readonly values?: Values
  readonly events?: readonly unknown[]
}

export function span(parts: SpanParts = {}): unknown {
  const endMs = parts.endMs ?? t0Ms + 5000
  return {
    traceId: parts.traceId ?? '5b8efff798038103d269b633813fc60c',
    spanId: parts.spanId ?? 'eee19b7ec3c1b174',
    parentSpanId: parts.parentSpanId ?? '',
    name: parts.name ?? 'GET',
    kind: parts.kind ?? 2,
    startTimeUnixNano: nanos(endMs - (parts.durationMs ?? 40)),
    endTimeUnixNano: nanos(endMs),
    attributes: attributes(parts.values ?? {}),
    events: parts.events ?? [],
    status: parts.status === undefined ? {} : { code: parts.status },
  }
}

export function exceptionEvent(values: Values, atMs = t0Ms + 4990): unknown {
  return { name: 'exception', timeUnixNano: nanos(atMs), attributes: attributes(values) }
}

export function resourceSpans(spans: readonly unknown[], resource: Values = checkout): unknown {
  return { resource: { attributes: attributes(resource) }, scopeSpans: [{ spans }] }
}

export function tracesOf(spans: readonly unknown[], resource: Values = checkout): unknown {
  return { resourceSpans: [resourceSpans(spans, resource)] }
}

export function metricsOf(
  metrics: readonly unknown[],
  { resource = checkout, scope = 'http' }: { resource?: Values; scope?: string } = {},
): unknown {
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributes(resource) },
        scopeMetrics: [{ scope: { name: scope }, metrics }],
      },
    ],
  }
}

export function foldJson(
  message: unknown,
  { arrivedMs = t0Ms + 10_000, ...overrides }: Partial<FoldSettings> & { arrivedMs?: number } = {},
): Folded {
  const decoded = decodeOtlpJson(message)
  if (!decoded.ok) throw new Error(`${decoded.reason}: ${decoded.message}`)
  return fold(decoded.telemetry, { arrivedMs, settings: { ...foldDefaults, ...overrides } })
}

type Event = Folded['events'][number]

export function ofKind<Kind extends Event['kind']>(
  { events }: Folded,
  kind: Kind,
): Extract<Event, { kind: Kind }>[] {
  return events.filter((event): event is Extract<Event, { kind: Kind }> => event.kind === kind)
}
