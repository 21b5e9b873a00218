/**
 * Spans per CPU-second: the own reader, and the reader with the fold, against protobufjs on the same bytes.
 *
 * Both sides take turns in one process, on the same warm machine, so the ratio holds where the figures do not. Bytes:
 * the Collector's Kafka records of the recorded shop; without them made-up batches of 1,000 spans with 13 attributes.
 * Prints one JSON line a row; run alone or through `run`.
 */
import { decodeOtlp } from '../../src/core/intake/otlp/decode.ts'
import { foldOtlp } from '../../src/core/rollup/fold/fold.ts'
import { foldDefaults } from '../../src/core/rollup/fold/settings.ts'
import { attributes } from '../support/otlp-attributes.ts'
import { encodeOtlp, jsonOfOtlp, TracesData } from '../support/otlp-proto.ts'
import { hasShop, shopKafka, shopRun } from '../support/shop-data.ts'

export interface BenchRow {
  readonly name: string
  /** Spans per CPU-second, unless `unit` says otherwise. */
  readonly ours: number
  readonly reference?: number
  readonly ratio?: number
  readonly unit?: string
}

/** Short turns: what else the machine does falls on all ways alike. */
const rounds = 60
const warmUpRounds = 40
const bodiesPerTurn = 12
const arrivedMs = 1_795_326_302_000

// oxlint-disable-next-line typescript/require-await -- a benchmark of the runner's shape
export async function run(): Promise<BenchRow[]> {
  const sets = [{ name: 'made-up', bodies: madeUpBodies() }]
  if (hasShop) {
    sets.push({ name: 'recorded shop', bodies: recordedBodies() })
    sets.push({ name: 'recorded shop as a Collector writes it', bodies: collectorBodies() })
  }
  return sets.flatMap(({ name, bodies }) => measure(name, bodies))
}

function measure(name: string, bodies: readonly Body[]): BenchRow[] {
  const ways = {
    reference: (body: Body) => {
      TracesData.decode(body.bytes)
    },
    reading: (body: Body) => {
      if (!decodeOtlp(body.bytes, 'traces').ok) throw new Error('the body does not decode')
    },
    folding: (body: Body) => {
      const { bytes } = body
      foldOtlp({ signal: 'traces', bytes, arrivedMs, settings: foldDefaults })
    },
  }
  const spans = { reference: 0, reading: 0, folding: 0 }
  const cpuMicros = { reference: 0, reading: 0, folding: 0 }
  for (let round = -warmUpRounds; round < rounds; round++) {
    const first = bodiesPerTurn * (round + warmUpRounds)
    const some = Array.from(
      { length: bodiesPerTurn },
      (_, each) => bodies[(first + each) % bodies.length]!,
    )
    for (const way of ['reference', 'reading', 'folding'] as const) {
      const before = process.cpuUsage()
      for (const body of some) ways[way](body)
      const { user, system } = process.cpuUsage(before)
      if (round < 0) continue
      cpuMicros[way] += user + system
      for (const body of some) spans[way] += body.spans
    }
  }
  const perSecond = (way: keyof typeof ways) => (spans[way] * 1e6) / cpuMicros[way]
  const row = (what: string, way: keyof typeof ways): BenchRow => ({
    name: `OTLP ${what}, ${name}`,
    ours: Math.round(perSecond(way)),
    reference: Math.round(perSecond('reference')),
    ratio: Math.round((100 * perSecond(way)) / perSecond('reference')) / 100,
  })
  return [row('reading', 'reading'), row('reading + folding', 'folding')]
}

interface Body {
  readonly bytes: Uint8Array
  readonly spans: number
}

interface Shape {
  readonly resourceSpans: readonly {
    readonly resource?: unknown
    readonly scopeSpans: readonly { readonly scope?: unknown; readonly spans: readonly unknown[] }[]
  }[]
}

function recordedBodies(): Body[] {
  return shopRun('traces')
    .map((line) => JSON.parse(new TextDecoder().decode(line)) as Shape)
    .map((json) => ({ bytes: encodeOtlp('traces', json), spans: countSpans(json) }))
    .filter(({ spans }) => spans >= 256)
    .slice(0, 60)
}

/** Fields from the last to the first, values before keys. */
function collectorBodies(): Body[] {
  return shopKafka('otlp_spans')
    .map((bytes) => ({ bytes, spans: countSpans(jsonOfOtlp('traces', bytes) as Shape) }))
    .filter(({ spans }) => spans >= 256)
}

function countSpans(json: Shape): number {
  return json.resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans)
    .reduce((total, { spans }) => total + spans.length, 0)
}

function madeUpBodies(): Body[] {
  return Array.from({ length: 8 }, (_, seed) => {
    const json = madeUp(seed)
    return { bytes: encodeOtlp('traces', json), spans: countSpans(json) }
  })
}

function madeUp(seed: number): Shape {
  const spans = Array.from({ length: 1000 }, (_, index) => {
    const n = seed * 1000 + index
    const endMs = arrivedMs - (n % 9000)
    const failed = n % 97 === 0
    return {
      traceId: (n * 2_654_435_761).toString(16).padStart(32, '7'),
      spanId: (n * 40_503).toString(16).padStart(16, '3'),
      parentSpanId: ((n + 1) * 40_503).toString(16).padStart(16, '3'),
      name: `GET /products/{sku}`,
      kind: n % 2 === 0 ? 2 : 3,
      startTimeUnixNano: `${endMs - 10 - (n % 200)}000000`,
      endTimeUnixNano: `${endMs}000000`,
      attributes: attributesOf(n, failed),
      status: failed ? { code: 2 } : {},
    }
  })
  const resource = {
    attributes: attributes({
      'service.name': 'front',
      'service.namespace': 'shop',
      'service.version': '1.8.0',
      'deployment.environment.name': 'production',
      'service.instance.id': `front-${seed}`,
      'telemetry.sdk.language': 'nodejs',
    }),
  }
  return {
    resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'http' }, spans }] }],
  } as Shape
}

function attributesOf(n: number, failed: boolean) {
  return attributes({
    'http.request.method': n % 5 === 0 ? 'POST' : 'GET',
    'http.route': `/products/${String.fromCharCode(97 + (n % 20))}/{sku}`,
    'http.response.status_code': failed ? 500 : 200,
    'url.scheme': 'http',
    'url.path': `/products/sku-${n}`,
    'server.address': 'stock.shop.svc.cluster.local',
    'server.port': 8080,
    'client.address': '10.3.7.11',
    'network.peer.address': '10.3.7.11',
    'network.peer.port': 40_000 + (n % 2000),
    'network.protocol.version': '1.1',
    'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
    'thread.name': `worker-${n % 8}`,
  })
}

if (import.meta.main) {
  for (const row of await run()) process.stdout.write(`${JSON.stringify(row)}\n`)
}
