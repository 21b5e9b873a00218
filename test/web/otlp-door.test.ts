/** The OTLP door over real HTTP: encodings that it takes, bodies that it refuses, what it says of spans. */
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { spanLines } from '../support/otlp-lines.ts'
import { json, post, runningDoors } from './running-doors.ts'

const { front, otlp } = runningDoors()
const oneSpan = () =>
  spanLines({
    seed: 1,
    startMs: Date.now() - 5_000,
    seconds: 1,
    versions: [{ version: '1.0', fromS: 0, toS: 1, rps: 5, errorRate: 0 }],
  })[0]!

function serverSpan() {
  const endMs = Date.now()
  return {
    traceId: '0'.repeat(31) + '1',
    spanId: '0'.repeat(15) + '1',
    name: 'GET /',
    kind: 2,
    startTimeUnixNano: String(BigInt(endMs - 5) * 1_000_000n),
    endTimeUnixNano: String(BigInt(endMs) * 1_000_000n),
  }
}

describe('the OTLP door', () => {
  it.each([
    { name: 'JSON', encode: (text: string) => Buffer.from(text), headers: json },
    {
      name: 'gzip',
      encode: (text: string) => gzipSync(text),
      headers: { ...json, 'content-encoding': 'gzip' },
    },
    {
      name: 'zstd',
      encode: (text: string) => zstdCompressSync(text),
      headers: { ...json, 'content-encoding': 'zstd' },
    },
  ])('takes traces as $name and answers {}', async ({ encode, headers }) => {
    const response = await post(otlp('/v1/traces'), encode(oneSpan()), headers)

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({})
  })

  it('takes an empty protobuf message, which is legal, and answers with no bytes', async () => {
    const headers = { 'content-type': 'application/x-protobuf' }
    const response = await post(otlp('/v1/metrics'), Buffer.alloc(0), headers)

    expect(response.status).toBe(200)
    expect((await response.arrayBuffer()).byteLength).toBe(0)
  })

  it.each([
    { why: 'cut JSON', body: '{"resourceSpans":[', headers: json, status: 400 },
    { why: 'no JSON', body: 'hello', headers: json, status: 400 },
    { why: 'another type', body: '{}', headers: { 'content-type': 'text/plain' }, status: 415 },
    {
      why: 'an unknown encoding',
      body: '{}',
      headers: { ...json, 'content-encoding': 'br' },
      status: 415,
    },
    {
      why: 'bytes that do not inflate',
      body: 'hello',
      headers: { ...json, 'content-encoding': 'gzip' },
      status: 400,
    },
    { why: 'a body over the bound', body: ' '.repeat(100_001), headers: json, status: 413 },
  ])('answers $status to $why', async ({ body, headers, status }) => {
    const response = await post(otlp('/v1/traces'), body, headers as Record<string, string>)

    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toMatch(/json|protobuf/)
  })

  it('answers 413 to a small body that inflates beyond the bound', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '))
    expect(bomb.length).toBeLessThan(100_000)
    const response = await post(otlp('/v1/traces'), bomb, { ...json, 'content-encoding': 'gzip' })

    expect(response.status).toBe(413)
  })

  it('says in a partial success how many spans it refused, and counts them', async () => {
    const nameless = { resourceSpans: [{ scopeSpans: [{ spans: [serverSpan(), serverSpan()] }] }] }
    const response = await post(otlp('/v1/traces'), JSON.stringify(nameless))

    expect(await response.json()).toEqual({
      partialSuccess: { rejectedSpans: '2', errorMessage: '2 no-service' },
    })
    const metrics = await (await fetch(front('/metrics'))).text()
    expect(metrics).toContain('culprit_ingest_refused_total{kind="spans",reason="no-service"} 2')
  })

  it.each(['GET', 'PUT'])('answers 405 to %s', async (method) => {
    expect((await fetch(otlp('/v1/traces'), { method })).status).toBe(405)
  })
})
