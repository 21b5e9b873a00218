/** What a message decodes to (the byte vectors of the formats), and why one is refused. */
import { describe, expect, it } from 'vitest'
import { decodeOtlp, decodeOtlpJson } from '../../../../src/core/intake/otlp/decode.ts'
import { encodeOtlp } from '../../../support/otlp-proto.ts'
import { telemetryOf, utf8 } from './telemetry-of.ts'

const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

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
