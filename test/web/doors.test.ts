/** The doors of one real process on free ports, with log and store in a temporary file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { openApiDocument } from '../../src/cli/schemas/open-api.ts'
import { allRoles } from '../../src/cli/up/roles.ts'
import { type Running, up } from '../../src/cli/up/up.ts'
import { deploymentLine, spanLines } from '../support/otlp-lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'culprit-doors-'))
const silent = pino({ level: 'silent' })

function configOf(name: string, flags: readonly string[] = []) {
  const set = [
    'http.listen=127.0.0.1:0',
    'ingest.otlpListen=127.0.0.1:0',
    `store.path=${join(folder, `${name}.db`)}`,
    ...flags,
  ]
  const readFile = () => ''
  return loadConfig({ file: null, environment: {}, flags: set, readFile }).config
}

const start = (name: string, flags: readonly string[] = []) =>
  up(
    {
      config: configOf(name, flags),
      roles: new Set(allRoles),
      record: null,
      openApi: openApiDocument,
      pageFolder: '/none',
    },
    silent,
  )

const json = { 'content-type': 'application/json' }
const oneSpan = () =>
  spanLines({
    seed: 1,
    startMs: Date.now() - 5_000,
    seconds: 1,
    versions: [{ version: '1.0', fromS: 0, toS: 1, rps: 5, errorRate: 0 }],
  })[0]!

let running: Running
beforeAll(async () => {
  running = await start('main', ['limits.requestBytes=100000'])
})
afterAll(async () => {
  await running.stop()
  rmSync(folder, { recursive: true, force: true })
})

const post = (url: string, body: string | Buffer, headers: Record<string, string> = json) =>
  fetch(url, { method: 'POST', body: body as never, headers })
const otlp = (path: string) => `${running.otlpUrl}${path}`
const front = (path: string) => `${running.url}${path}`

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

describe('the door of deployment events', () => {
  const event = (id: string) =>
    deploymentLine({ atMs: Date.now() - 1_000, version: '1.1', id, service: 'nowhere' })

  it('takes structured CloudEvents and says what they met', async () => {
    const headers = { 'content-type': 'application/cloudevents+json' }
    const response = await post(front('/v1/events'), event('structured'), headers)

    expect(response.status).toBe(202)
    const answer = (await response.json()) as { accepted: number; events: { hint: string }[] }
    expect(answer.accepted).toBe(1)
    expect(answer.events[0]!.hint).toContain('no telemetry of production/shop/nowhere yet')
  })

  it('takes binary mode and batches', async () => {
    const structured = JSON.parse(event('binary')) as { data: object; type: string; source: string }
    const binary = await post(front('/v1/events'), JSON.stringify(structured.data), {
      ...json,
      'ce-specversion': '1.0',
      'ce-id': 'binary',
      'ce-type': structured.type,
      'ce-source': structured.source,
    })
    const batch = await post(front('/v1/events'), `[${event('one')},${event('two')}]`, {
      'content-type': 'application/cloudevents-batch+json',
    })

    expect(binary.status).toBe(202)
    expect(((await batch.json()) as { accepted: number }).accepted).toBe(2)
  })

  const batchHeaders = { 'content-type': 'application/cloudevents-batch+json' }
  const other = JSON.stringify({ specversion: '1.0', id: '1', type: 'x', source: '/x', data: {} })

  it.each([
    { why: 'beside one that was taken', body: () => `[${event('good')},{}]`, accepted: 1 },
    { why: 'beside one of another kind', body: () => `[{},${other}]`, accepted: 0 },
  ])('answers 202 to a batch with a bad event $why, and says it', async ({ body, accepted }) => {
    const response = await post(front('/v1/events'), body(), batchHeaders)

    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({
      accepted,
      ignored: 1 - accepted,
      refused: [{ reason: 'no-event', message: expect.stringContaining('specversion') as string }],
    })
  })

  it('answers 400 to a batch of which no event was taken', async () => {
    const response = await post(front('/v1/events'), '[{},7]', batchHeaders)

    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'refused' } })
  })

  it.each([
    { why: 'malformed JSON', body: '{', headers: json, status: 400 },
    { why: 'another type', body: 'x', headers: { 'content-type': 'text/html' }, status: 415 },
  ])('answers $status to $why', async ({ body, headers, status }) => {
    const response = await post(front('/v1/events'), body, headers)

    expect(response.status).toBe(status)
    expect(await response.json()).toHaveProperty('error.message')
  })
})

describe('the API', () => {
  it.each([
    '/healthz',
    '/readyz',
    '/openapi.json',
    '/v1/releases',
    '/v1/incidents',
    '/v1/services',
  ])('answers %s with a JSON object', async (path) => {
    const response = await fetch(front(path))
    expect(response.status).toBe(200)
    expect(typeof (await response.json())).toBe('object')
  })

  it('answers the verdict of a release that it does not know with wait', async () => {
    const response = await fetch(front('/v1/verdict?service=checkout&version=9'))

    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ verdict: 'unknown', answer: 'wait', ok: false })
  })

  it('tells Flagger to go on waiting, and never to roll back, without a verdict', async () => {
    const body = JSON.stringify({ name: 'checkout', namespace: 'shop', phase: 'Progressing' })
    const statuses = await Promise.all(
      ['gate', 'check', 'rollback'].map(
        async (route) => (await post(front(`/v1/flagger/${route}`), body)).status,
      ),
    )
    expect(statuses).toEqual([403, 200, 409])
    expect((await post(front('/v1/flagger/rollback'), 'nonsense')).status).toBe(409)
    expect((await post(front('/v1/flagger/gate'), 'nonsense')).status).toBe(403)
  })

  it.each([
    { path: '/v1/verdict?version=1', status: 400 },
    { path: '/v1/releases?limit=0', status: 400 },
    { path: '/v1/releases?cursor=rel_0', status: 400 },
    { path: '/v1/windows?service=checkout', status: 400 },
    { path: '/v1/releases/rel_0', status: 404 },
    { path: '/v1/nothing', status: 404 },
  ])('answers $status to $path, with an error object', async ({ path, status }) => {
    const response = await fetch(front(path))
    expect(response.status).toBe(status)
    expect(await response.json()).toHaveProperty('error.code')
  })

  it('refuses a Host header that names another server', async () => {
    const { port } = new URL(running.url)
    const answer = await new Promise<{ status: unknown; body: string }>((resolve, reject) => {
      const headers = { host: 'evil.example' }
      const sent = request(
        { host: '127.0.0.1', port, path: '/v1/releases', headers },
        (response) => {
          let body = ''
          response.on('data', (chunk: Buffer) => {
            body += chunk.toString()
          })
          response.on('end', () => resolve({ status: response.statusCode, body }))
        },
      )
      sent.on('error', reject)
      sent.end()
    })
    expect(answer.status).toBe(421)
    expect(JSON.parse(answer.body)).toEqual({
      error: {
        code: 'wrong-host',
        message: expect.stringContaining('http.allowedHosts') as string,
      },
    })
  })
})

describe('starting', () => {
  it('refuses an address beyond loopback without a token, naming the setting', async () => {
    await expect(start('open', ['http.listen=0.0.0.0:0'])).rejects.toThrow(/http\.tokens/)
  })

  it('wants the token with the right, beyond loopback', async () => {
    const file = join(folder, 'token')
    writeFileSync(file, 'a-token-of-some-length\n')
    const tokens = JSON.stringify([{ name: 'reader', valueFile: file, may: ['read'] }])
    const guarded = await start('token', ['http.listen=0.0.0.0:0', `http.tokens=${tokens}`])
    const url = guarded.url.replace('0.0.0.0', '127.0.0.1')
    const bearer = { authorization: 'Bearer a-token-of-some-length' }
    const statuses = [
      (await fetch(`${url}/healthz`)).status,
      (await fetch(`${url}/v1/releases`)).status,
      (await fetch(`${url}/v1/releases`, { headers: bearer })).status,
      (await post(`${url}/v1/events`, '{}', { ...json, ...bearer })).status,
    ]
    await guarded.stop()

    expect(statuses).toEqual([200, 401, 200, 403])
  })

  it('says in one line that another process holds the store', async () => {
    await expect(start('main')).rejects.toThrow(/store\.path/)
  })

  it('says in one line that the port is taken', async () => {
    const { port } = new URL(running.url)
    await expect(start('port', [`http.listen=127.0.0.1:${port}`])).rejects.toThrow(/port is taken/)
  })
})
