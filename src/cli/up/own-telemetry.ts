/**
 * Culprit's own traces and metrics over OTLP, when `telemetry.endpoint` is set. The SDK is loaded only then:
 * it costs half a second and 40 MB. Never into Culprit's own door, where each export would make another.
 */
import { metrics as metricsApi, trace } from '@opentelemetry/api'
import type { Config } from '../../config/settings.ts'
import { ConfigError } from '../../core/kernel/errors.ts'
import { parseAddress } from '../../web/server.ts'
import { isLoopbackName } from '../../web/guard.ts'
import type { OwnMetrics } from './own-metrics.ts'

export interface OwnTelemetry {
  stop(): Promise<void>
}

const nothing: OwnTelemetry = { stop: () => Promise.resolve() }

export async function startOwnTelemetry(config: Config, own: OwnMetrics): Promise<OwnTelemetry> {
  const { endpoint } = config.telemetry
  if (endpoint === null) return nothing
  refuseOwnDoor(config, endpoint)
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint
  process.env['OTEL_EXPORTER_OTLP_PROTOCOL'] ??= 'http/protobuf'
  process.env['OTEL_TRACES_EXPORTER'] ??= 'otlp'
  process.env['OTEL_METRICS_EXPORTER'] ??= 'otlp'
  process.env['OTEL_LOGS_EXPORTER'] ??= 'none'
  const { NodeSDK } = await import('@opentelemetry/sdk-node')
  const sdk = new NodeSDK({ serviceName: config.service.name, instrumentations: [] })
  sdk.start()
  observe(own)
  return { stop: () => sdk.shutdown() }
}

function refuseOwnDoor({ ingest, http }: Config, endpoint: string): void {
  let url: URL
  try {
    url = new URL(endpoint)
  } catch {
    throw new ConfigError('telemetry.endpoint', 'an http address', endpoint)
  }
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const doors = [
    parseAddress('ingest.otlpListen', ingest.otlpListen),
    parseAddress('http.listen', http.listen),
  ]
  const own = doors.some(
    (door) => door.port === port && (isLoopbackName(url.hostname) || door.host === url.hostname),
  )
  if (own)
    throw new ConfigError('telemetry.endpoint', 'another address than its own door', endpoint)
}

/** The counters that matter most, read when they are exported. */
function observe(own: OwnMetrics): void {
  const meter = metricsApi.getMeter('culprit')
  const counter = (name: string, read: () => number) =>
    meter.createObservableCounter(name).addCallback((result) => result.observe(read()))
  counter('culprit_windows_closed_total', () => own.windowsClosed)
  counter('culprit_windows_incomplete_total', () => own.windowsIncomplete)
  counter('culprit_events_late_total', () => own.late)
  counter('culprit_ingest_accepted_total', () => own.acceptedTotal)
  counter('culprit_ingest_refused_total', () => own.refusedTotal)
}

/** Runs `work` in a span; without an SDK this is a plain call. */
export function traced<T>(name: string, work: () => Promise<T>): Promise<T> {
  return trace.getTracer('culprit').startActiveSpan(name, async (span) => {
    try {
      return await work()
    } finally {
      span.end()
    }
  })
}
