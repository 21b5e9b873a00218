import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeOtlp, decodeOtlpJson } from '../../../../src/core/intake/otlp/decode.ts'
import type { Signal, Telemetry } from '../../../../src/core/intake/otlp/telemetry.ts'
import { encodeOtlp, jsonOfOtlp } from '../../../support/otlp-proto.ts'
import { hasShop, shopBodies, shopFolder, shopKafka, shopRun } from '../../../support/shop-data.ts'

const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))
const utf8 = (text: string) => new TextEncoder().encode(text)
const telemetryOf = (bytes: Uint8Array, signal: Signal | 'auto'): Telemetry => {
  const decoded = decodeOtlp(bytes, signal)
  if (!decoded.ok) throw new Error(`${decoded.reason}: ${decoded.message}`)
  return decoded.telemetry
}

// A and B of the formats' byte vectors.
const traces =
  '0a9f010a390a1a0a0c736572766963652e6e616d65120a0a08636865636b6f75740a1b0a0f736572766963652e76657273696f6e12080a06312e34322e30126212600a105b8efff798038103d269b633813fc60c1208eee19b7ec3c1b1742a0f504f5354202f636172742f7b69647d3002390008b6e7c752ea1841c0916601c852ea184a130a0a6572726f722e7479706512050a033530307a021802850101010000'
const metrics =
  '0ab7010a1c0a1a0a0c736572766963652e6e616d65120a0a08636865636b6f75741296011293010a1c687474702e7365727665722e726571756573742e6475726174696f6e1a01734a700a6c110008b6e7c752ea18190060fddfd552ea1821030000000000000029000000000000e83f32180100000000000000020000000000000000000000000000003a10000000000000d03f000000000000e03f4a1a0a0a687474702e726f757465120c0a0a2f636172742f7b69647d1002'

describe('decodeOtlp', () => {
  it('reads the span of the byte vector', () => {
    const [block] = telemetryOf(fromHex(traces), 'traces').spans
    expect(Object.fromEntries(block!.resource)).toEqual({
      'service.name': 'checkout',
      'service.version': '1.42.0',
    })
    expect(block!.spans).toHaveLength(1)
    expect(block!.spans[0]).toMatchObject({
      kind: 2,
      name: 'POST /cart/{id}',
      trace0: 0x5b8efff7,
      trace3: 0x813fc60c | 0,
      id0: 0xeee19b7e | 0,
      parent0: 0,
      endMs: 1_795_338_420_431,
      durationNs: 431_000_000,
      status: 2,
      errorType: '500',
    })
  })

  it('reads the histogram of the byte vector', () => {
    const [block] = telemetryOf(fromHex(metrics), 'metrics').metrics
    expect(block!.metrics).toEqual([
      {
        scope: '',
        name: 'http.server.request.duration',
        unit: 's',
        kind: 'histogram',
        temporality: 2,
        monotonic: false,
        points: [
          {
            attributes: new Map([['http.route', '/cart/{id}']]),
            startMs: 1_795_338_420_000,
            timeMs: 1_795_338_480_000,
            value: 0,
            count: 3,
            sum: 0.75,
            min: null,
            max: null,
            bounds: [0.25, 0.5],
            counts: [1, 2, 0],
            scale: 0,
            offset: 0,
            zero: 0,
          },
        ],
      },
    ])
  })

  it.each([
    { bytes: new Uint8Array(), why: 'protobuf connectors flush no bytes' },
    { bytes: utf8('{}'), why: 'JSON ones an empty object' },
    { bytes: utf8('{"resourceSpans":null}'), why: 'null is the default' },
  ])('takes an empty message as one that holds nothing: $why', ({ bytes }) => {
    expect(telemetryOf(bytes, 'traces')).toEqual({ spans: [], metrics: [], logs: [] })
  })

  it.each([
    { signal: 'traces', hex: traces },
    { signal: 'metrics', hex: metrics },
  ] as const)('recognises $signal by the fields of the first item', ({ signal, hex }) => {
    expect(telemetryOf(fromHex(hex), 'auto')).toEqual(telemetryOf(fromHex(hex), signal))
  })

  it.each([
    { bytes: fromHex(`${traces.slice(0, 100)}`), reason: 'truncated', why: 'cut' },
    { bytes: fromHex('0a010f'), reason: 'malformed', why: 'wire type 7' },
    { bytes: fromHex('0a0203'), reason: 'truncated', why: 'a field ends outside its parent' },
    { bytes: fromHex('00'), reason: 'malformed', why: 'field number 0' },
    { bytes: fromHex(`0a${'ff'.repeat(11)}`), reason: 'malformed', why: 'an endless varint' },
    { bytes: utf8('{"resourceSpans":'), reason: 'malformed', why: 'cut JSON' },
    { bytes: utf8('{"resourceSpans":7}'), reason: 'wrong-type', why: 'resources are a list' },
    { bytes: utf8('{"resourceSpans":[[]]}'), reason: 'wrong-type', why: 'a resource is an object' },
    {
      bytes: Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d),
      reason: 'not-utf8',
      why: 'a byte that is no text',
    },
  ])('refuses what does not decode as $reason: $why', ({ bytes, reason }) => {
    expect(decodeOtlp(bytes, 'traces')).toMatchObject({ ok: false, reason })
  })

  it.each(['resourceMetrics', 'resourceSpans'])(
    'refuses values nested 100,000 deep in %s',
    (member) => {
      const depth = 100_000
      const value = `${'{"arrayValue":{"values":['.repeat(depth)}{}${']}}'.repeat(depth)}`
      const text = `{"${member}":[{"resource":{"attributes":[{"key":"a","value":${value}}]}}]}`
      expect(decodeOtlp(utf8(text), 'auto')).toMatchObject({ ok: false, reason: 'too-deep' })
    },
  )

  it('refuses protobuf values nested deeper than its bound', () => {
    let value: unknown = { stringValue: 'x' }
    for (let depth = 0; depth < 40; depth++) value = { arrayValue: { values: [value] } }
    const message = { resourceSpans: [{ resource: { attributes: [{ key: 'a', value }] } }] }
    expect(decodeOtlp(encodeOtlp('traces', message), 'traces')).toMatchObject({
      reason: 'too-deep',
    })
    expect(decodeOtlpJson(message)).toMatchObject({ reason: 'too-deep' })
  })
})

describe('the order of fields', () => {
  const field = (number: number, ...parts: Uint8Array[]) => {
    const body = Buffer.concat(parts)
    return Buffer.concat([varint(number * 8 + 2), varint(body.length), body])
  }
  const varint = (value: number) => {
    const bytes: number[] = []
    for (let rest = value; ; rest = Math.floor(rest / 128)) {
      if (rest < 128) return Uint8Array.from([...bytes, rest])
      bytes.push((rest % 128) + 128)
    }
  }
  const fixed64 = (number: number, nanos: bigint) => {
    const bytes = Buffer.alloc(9)
    bytes[0] = number * 8 + 1
    bytes.writeBigUInt64LE(nanos, 1)
    return bytes
  }
  const text = (value: string) => utf8(value)
  const startsAt = fixed64(7, 1_795_338_420_000_000_000n)
  const endsAt = fixed64(8, 1_795_338_420_431_000_001n)
  const kind = (value: number) => Uint8Array.of(0x30, value)
  const value = (content: string) => field(2, field(1, text(content)))
  const key = (content: string) => field(1, text(content))
  const attribute = (name: string, content: string) => field(9, key(name), value(content))
  const message = (...span: Uint8Array[]) =>
    field(1, field(2, field(2, ...span)), field(1, field(1, value('shop'), key('service.name'))))
  const read = (...span: Uint8Array[]) =>
    telemetryOf(new Uint8Array(message(...span)), 'traces').spans[0]!

  it('does not matter: scopes before the resource, values before keys, attributes before the kind', () => {
    const block = read(field(9, value('/a'), key('http.route')), endsAt, kind(2), startsAt)
    expect(block.resource.get('service.name')).toBe('shop')
    expect(block.spans[0]).toMatchObject({ kind: 2, route: '/a', durationNs: 431_000_001 })
  })

  it('takes the last of a repeated singular field', () => {
    const block = read(
      kind(1),
      attribute('http.route', '/a'),
      kind(3),
      kind(2),
      startsAt,
      endsAt,
      endsAt,
    )
    expect(block.spans[0]).toMatchObject({ kind: 2, route: '/a' })
    expect(read(kind(2), attribute('http.route', '/a'), kind(1), startsAt, endsAt).spans).toEqual(
      [],
    )
  })

  it('takes the last value of a repeated key, and the new convention before the old', () => {
    const block = read(
      kind(2),
      attribute('http.method', 'OLD'),
      attribute('http.request.method', 'A'),
      attribute('http.request.method', 'B'),
      attribute('http.method', 'OLD'),
      startsAt,
      endsAt,
    )
    expect(block.spans[0]).toMatchObject({ method: 'B' })
  })

  it('passes over fields that it does not know, of every wire type', () => {
    const unknown = Buffer.concat([
      field(99, text('?')),
      Uint8Array.of(0xa0, 0x06, 0x80, 0x01),
      Uint8Array.of(0xa5, 0x06, 1, 2, 3, 4),
      Uint8Array.of(0xa1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8),
    ])
    expect(read(unknown, kind(2), unknown, startsAt, endsAt, unknown).spans).toHaveLength(1)
  })

  it('reads a value that comes in an unusual form', () => {
    const odd = field(
      9,
      key('http.route'),
      field(2, field(1, text('/no')), Uint8Array.of(0x10, 1), field(1, text('/a'))),
    )
    expect(read(kind(2), odd, startsAt, endsAt).spans[0]).toMatchObject({ route: '/a' })
    const empty = field(9, field(2), key('http.route'))
    expect(read(kind(2), empty, startsAt, endsAt).spans[0]).toMatchObject({ route: '' })
  })

  it('keeps text that is not ASCII, and refuses what is not UTF-8', () => {
    expect(
      read(kind(2), attribute('http.route', '/größe/😀'), startsAt, endsAt).spans[0],
    ).toMatchObject({ route: '/größe/😀' })
    const bad = field(9, key('http.route'), field(2, field(1, Uint8Array.of(0x2f, 0xc0, 0xa0))))
    expect(
      decodeOtlp(new Uint8Array(message(kind(2), bad, startsAt, endsAt)), 'traces'),
    ).toMatchObject({ ok: false, reason: 'not-utf8' })
  })

  it.each([
    { span: [kind(2), endsAt], reason: 'no-time', why: 'it never started' },
    { span: [kind(1), startsAt], reason: 'no-time', why: 'it never ended' },
    {
      span: [kind(2), fixed64(7, 1_795_338_420_431_000_002n), endsAt],
      reason: 'negative-duration',
      why: 'it ends a nanosecond before it starts',
    },
  ])('refuses one span as $reason: $why', ({ span, reason }) => {
    const block = read(...span)
    expect([block.spans, block.quietEndsMs]).toEqual([[], []])
    expect([...block.refused]).toEqual([[reason, 1]])
  })
})

describe('JSON and protobuf', () => {
  const attributeValue = fc.oneof(
    fc.record({ stringValue: fc.string({ maxLength: 20, unit: 'grapheme' }) }),
    fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
    fc.record({
      doubleValue: fc
        .double({ noNaN: true, noDefaultInfinity: true })
        .map((each) => (each === 0 ? 0 : each)),
    }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({
      arrayValue: fc.record({
        values: fc.array(fc.record({ stringValue: fc.string({ maxLength: 5 }) }), { maxLength: 3 }),
      }),
    }),
  )
  const keys = fc.constantFrom(
    'http.route',
    'http.request.method',
    'http.method',
    'http.response.status_code',
    'error.type',
    'peer.service',
    'rpc.method',
    'x',
    'service.name',
    'exception.type',
    'exception.message',
    'exception.stacktrace',
  )
  const attributes = fc.uniqueArray(fc.record({ key: keys, value: attributeValue }), {
    maxLength: 8,
    selector: ({ key }) => key,
  })
  const nanos = fc
    .bigInt({ min: 1_795_338_420_000_000_000n, max: 1_795_338_480_000_000_000n })
    .map(String)
  const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`))
  const span = fc.record({
    traceId: hex(32),
    spanId: hex(16),
    parentSpanId: fc.option(hex(16), { nil: undefined }),
    name: fc.string({ maxLength: 30 }),
    kind: fc.integer({ min: 0, max: 5 }),
    startTimeUnixNano: nanos,
    endTimeUnixNano: nanos,
    attributes,
    events: fc.array(
      fc.record({ name: fc.constantFrom('exception', 'other'), timeUnixNano: nanos, attributes }),
      { maxLength: 2 },
    ),
    status: fc.record({ code: fc.integer({ min: 0, max: 2 }) }),
    flags: fc.constant(257),
  })
  const count = fc.integer({ min: 0, max: 1e6 })
  const number = fc.double({ min: 0, max: 1e6, noNaN: true }).map((each) => each + 0)
  const common = {
    timeUnixNano: nanos,
    startTimeUnixNano: nanos,
    attributes,
    flags: fc.constantFrom(0, 1),
  }
  const metric = fc.oneof(
    fc.record({
      name: fc.constant('g'),
      unit: fc.constant('By'),
      gauge: fc.record({
        dataPoints: fc.array(fc.record({ ...common, asDouble: number }), { maxLength: 3 }),
      }),
    }),
    fc.record({
      name: fc.constant('s'),
      sum: fc.record({
        aggregationTemporality: fc.constant(2),
        isMonotonic: fc.boolean(),
        dataPoints: fc.array(fc.record({ ...common, asInt: count.map(String) }), { maxLength: 3 }),
      }),
    }),
    fc.record({
      name: fc.constant('h'),
      histogram: fc.record({
        aggregationTemporality: fc.constant(1),
        dataPoints: fc.array(
          fc.record({
            ...common,
            count: count.map(String),
            sum: number,
            bucketCounts: fc.array(count.map(String), { minLength: 3, maxLength: 4 }),
            explicitBounds: fc.constant([0.1, 1]),
          }),
          { maxLength: 3 },
        ),
      }),
    }),
    fc.record({
      name: fc.constant('e'),
      exponentialHistogram: fc.record({
        aggregationTemporality: fc.constant(1),
        dataPoints: fc.array(
          fc.record({
            ...common,
            count: count.map(String),
            sum: number,
            scale: fc.integer({ min: -12, max: 20 }),
            zeroCount: count.map(String),
            positive: fc.record({
              offset: fc.integer({ min: -5000, max: 5000 }),
              bucketCounts: fc.array(count.map(String), { maxLength: 5 }),
            }),
          }),
          { maxLength: 3 },
        ),
      }),
    }),
    fc.record({
      name: fc.constant('q'),
      summary: fc.record({
        dataPoints: fc.array(fc.record({ ...common, count: count.map(String), sum: number }), {
          maxLength: 3,
        }),
      }),
    }),
  )
  const log = fc.record({
    timeUnixNano: nanos,
    observedTimeUnixNano: nanos,
    traceId: hex(32),
    attributes,
    body: fc.record({ stringValue: fc.string() }),
  })
  const resource = fc.record({ attributes })
  const messages = {
    traces: fc.record({
      resourceSpans: fc.array(
        fc.record({
          resource,
          scopeSpans: fc.array(fc.record({ spans: fc.array(span, { maxLength: 4 }) }), {
            maxLength: 2,
          }),
        }),
        { maxLength: 2 },
      ),
    }),
    metrics: fc.record({
      resourceMetrics: fc.array(
        fc.record({
          resource,
          scopeMetrics: fc.array(
            fc.record({
              scope: fc.record({ name: fc.string() }),
              metrics: fc.array(metric, { maxLength: 4 }),
            }),
            { maxLength: 2 },
          ),
        }),
        { maxLength: 2 },
      ),
    }),
    logs: fc.record({
      resourceLogs: fc.array(
        fc.record({
          resource,
          scopeLogs: fc.array(fc.record({ logRecords: fc.array(log, { maxLength: 4 }) }), {
            maxLength: 2,
          }),
        }),
        { maxLength: 2 },
      ),
    }),
  }

  it.each(['traces', 'metrics', 'logs'] as const)(
    'give the same telemetry for generated %s (seed 41)',
    (signal) => {
      fc.assert(
        fc.property(messages[signal] as fc.Arbitrary<unknown>, (message) => {
          const bytes = encodeOtlp(signal, message)
          expect(decodeOtlp(bytes, signal)).toEqual(decodeOtlpJson(message))
        }),
        { seed: 41, numRuns: 300 },
      )
    },
  )

  it.skipIf(!hasShop)('give the same telemetry for every recorded request', () => {
    const names = readdirSync(join(shopFolder, 'bodies')).map((name) =>
      name.replace('.jsonl.gz', ''),
    )
    let compared = 0
    for (const name of names) {
      const signal = name.split('-').at(-1) as Signal
      for (const { bytes } of shopBodies(name)) {
        const decoded = decodeOtlp(bytes, signal)
        expect(decoded.ok).toBe(true)
        const isJson = bytes[0] === 0x7b
        const other = isJson
          ? decodeOtlp(encodeOtlp(signal, JSON.parse(new TextDecoder().decode(bytes))), signal)
          : decodeOtlpJson(jsonOfOtlp(signal, bytes))
        expect(decoded, name).toEqual(other)
        compared++
      }
    }
    expect(compared).toBeGreaterThan(100)
  })

  it.skipIf(!hasShop)(
    'give the same telemetry for the Collector’s files and its Kafka records',
    () => {
      for (const signal of ['traces', 'metrics', 'logs'] as const) {
        const topic = { traces: 'otlp_spans', metrics: 'otlp_metrics', logs: 'otlp_logs' }[signal]
        for (const bytes of [
          ...shopKafka(topic),
          ...shopKafka(`${topic}_json`),
          ...shopRun(signal).slice(0, 20),
        ]) {
          const isJson = bytes[0] === 0x7b
          const other = isJson
            ? decodeOtlp(encodeOtlp(signal, JSON.parse(new TextDecoder().decode(bytes))), signal)
            : decodeOtlpJson(jsonOfOtlp(signal, bytes))
          expect(decodeOtlp(bytes, 'auto')).toEqual(other)
        }
      }
    },
  )
})

describe.skipIf(!hasShop)('mutated recorded bytes', () => {
  it.each([
    ['traces', 'checkout-traces'],
    ['metrics', 'checkout-metrics'],
    ['logs', 'checkout-logs'],
    ['traces', 'front-json-traces'],
    ['metrics', 'payment-metrics'],
  ] as const)('decode or are refused, never thrown at: %s of %s (seed 51)', (signal, name) => {
    const bodies = shopBodies(name).map(({ bytes }) => bytes)
    const mutation = fc.record({ at: fc.nat(1e6), byte: fc.nat(255) })
    fc.assert(
      fc.property(
        fc.nat(bodies.length - 1),
        fc.array(mutation, { minLength: 1, maxLength: 8 }),
        fc.option(fc.nat(1e6)),
        (index, mutations, cut) => {
          const bytes = bodies[index]!.slice()
          for (const { at, byte } of mutations) bytes[at % bytes.length] = byte
          const used = cut === null ? bytes : bytes.subarray(0, cut % bytes.length)
          expect(typeof decodeOtlp(used, signal).ok).toBe('boolean')
        },
      ),
      { seed: 51, numRuns: 400 },
    )
  })

  it('decode or are refused when they are nothing at all (seed 52)', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('traces', 'metrics', 'logs', 'auto'),
        (bytes, signal) => {
          expect(typeof decodeOtlp(bytes, signal as Signal).ok).toBe('boolean')
        },
      ),
      { seed: 52, numRuns: 2000 },
    )
  })
})
