/** Protobuf is read alike in whatever order, number and unusual form its fields come. */
import { describe, expect, it } from 'vitest'
import { decodeOtlp } from '../../../../src/core/intake/otlp/decode.ts'
import { telemetryOf, utf8 } from './telemetry-of.ts'

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
