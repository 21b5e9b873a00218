/** The API over real HTTP of a process that knows no release yet: answers, errors, and a foreign Host. */
import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { post, runningDoors } from './running-doors.ts'

const { front, otlp, start } = runningDoors()

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

  it('tells where it takes OTLP in, so that nobody has to guess the port', async () => {
    const answer = (await (await fetch(front('/v1/services'))).json()) as { otlp: string }
    expect(answer.otlp).toBe(new URL(otlp('/')).origin)
  })

  it('names a door on every address by the host that the asker used', async () => {
    const everywhere = await start('everywhere', [
      'ingest.otlpListen=0.0.0.0:0',
      'http.insecure=true',
    ])
    const answer = await fetch(`${everywhere.url}/v1/services`)
    const { otlp: told } = (await answer.json()) as { otlp: string }
    await everywhere.stop()

    expect(told).toBe(everywhere.otlpUrl!.replace('0.0.0.0', '127.0.0.1'))
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
    const { port } = new URL(front('/'))
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
