/** An OTLP request of traces in protobuf, as a service with HTTP conventions would send it. */
import { attributes } from '../support/otlp-attributes.ts'
import { encodeOtlp } from '../support/otlp-proto.ts'

/** `number` makes bodies unlike each other; the spans end in the 5 s before `nowMs`. */
export function spansBody({
  number: seed,
  spans: spansEach,
  nowMs,
  service = 'checkout',
  version = '1.0.0',
  failEvery = 97,
}: {
  readonly number: number
  readonly spans: number
  readonly nowMs: number
  readonly service?: string
  readonly version?: string
  /** Of so many spans one fails. */
  readonly failEvery?: number
}): Uint8Array {
  const spans = Array.from({ length: spansEach }, (_, i) => {
    const n = seed * spansEach + i
    const endMs = nowMs - (n % 5_000)
    const failed = n % failEvery === 0
    return {
      traceId: n.toString(16).padStart(32, '0'),
      spanId: n.toString(16).padStart(16, '0'),
      name: 'POST /orders',
      kind: i % 3 === 0 ? 2 : i % 3 === 1 ? 3 : 1,
      startTimeUnixNano: String(BigInt(endMs - 20 - (n % 80)) * 1_000_000n),
      endTimeUnixNano: String(BigInt(endMs) * 1_000_000n),
      attributes: attributes({
        'http.request.method': 'POST',
        'http.route': `/orders/${i % 8}`,
        'url.scheme': 'http',
        'server.address': 'stock',
        'server.port': 8080,
        'network.protocol.version': '1.1',
        'user_agent.original': 'load/1.0',
        'http.response.status_code': failed ? 500 : 200,
        'client.address': '10.0.0.1',
        'url.path': `/orders/${n}`,
      }),
      status: failed ? { code: 2 } : {},
    }
  })
  const resource = attributes({
    'service.name': service,
    'service.namespace': 'shop',
    'service.version': version,
    'deployment.environment.name': 'production',
    'service.instance.id': `instance-${seed % 3}`,
  })
  const resourceSpans = [
    { resource: { attributes: resource }, scopeSpans: [{ scope: { name: 'http' }, spans }] },
  ]
  return encodeOtlp('traces', { resourceSpans })
}
