/** OpenTelemetry for every service, loaded before its code: `node --import ./lib/telemetry.js`. */
import { createRequire } from 'node:module'
import { context, SpanStatusCode, trace } from '@opentelemetry/api'
import { getRPCMetadata } from '@opentelemetry/core'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { NodeSDK } from '@opentelemetry/sdk-node'

const sdk = new NodeSDK({ instrumentations: [new HttpInstrumentation()] })
sdk.start()
// The instrumentation patches what is required after it.
createRequire(import.meta.url)('node:http')

/** Names the route of the request that is being answered, on its span and its metrics. */
export function routed(method, route) {
  const metadata = getRPCMetadata(context.active())
  if (metadata !== undefined) metadata.route = route
  trace.getActiveSpan()?.updateName(`${method} ${route}`)
}

export function failed(error) {
  const span = trace.getActiveSpan()
  span?.recordException(error)
  span?.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
}

export async function flush() {
  await sdk.shutdown()
}
