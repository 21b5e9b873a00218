import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { deploymentEvent, type DeploymentFacts } from '../../../src/cli/deployed/event.ts'
import { postEvent } from '../../../src/cli/deployed/post-event.ts'
import { parseRange } from '../../../src/cli/commands/changes.ts'
import { readDeployment } from '../../../src/core/intake/cdevents/deployment.ts'
import { UnreachableError, UsageError } from '../../../src/core/kernel/errors.ts'
import { described } from '../../core/provenance/facts.ts'

const atMs = Date.parse('2026-11-22T09:00:00Z')
const facts: DeploymentFacts = {
  service: { environment: 'production', namespace: 'shop', name: 'checkout' },
  action: 'deployed',
  version: '1.42.0+b/7',
  previousVersion: '1.41.0',
  revision: 'f'.repeat(40),
  previousRevision: 'e'.repeat(40),
  repositoryUrl: 'https://github.com/acme/checkout',
  artifactId: null,
  strategy: 'canary',
  phase: 'step',
  share: 0.2,
  deploymentId: '1208',
  atMs,
  id: null,
  history: {
    delta: {
      revision: 'f'.repeat(40),
      added: [],
      removed: [],
      method: 'git',
      completeness: 'complete',
    },
    changes: [described()],
  },
}

describe('the event of a deployment', () => {
  it('is read back by the intake as it was meant', () => {
    const data = JSON.parse(JSON.stringify(deploymentEvent(facts)))
    const event = { id: null, source: null, type: null, time: null, subject: null, data }
    const settings = { defaultEnvironment: 'default', aheadMs: 60_000, behindMs: 86_400_000 }
    const read = readDeployment(event as never, { arrivedMs: atMs, settings })
    expect(read).toMatchObject({
      act: 'deployment',
      notes: [],
      deployment: {
        service: 'production/shop/checkout',
        version: '1.42.0+b/7',
        previousVersion: '1.41.0',
        strategy: 'canary',
        phase: 'step',
        share: 0.2,
        deploymentId: '1208',
        repository: 'https://github.com/acme/checkout',
        manifest: { changes: [{ subject: 'cart: apply discounts' }] },
      },
    })
  })

  it('has one id for the same facts and another for others', () => {
    const idOf = (over: Partial<DeploymentFacts>) =>
      deploymentEvent({ ...facts, ...over }).context.id
    expect(idOf({})).toBe(idOf({}))
    expect(idOf({ id: 'mine' })).toBe('mine')
    const others = [
      { version: '2' },
      { revision: null },
      { atMs: atMs + 1 },
      { action: 'rolledback' },
    ]
    expect(new Set([{}, ...others].map((over) => idOf(over as object))).size).toBe(5)
  })

  it('takes at most 512 KiB with any number of changes', () => {
    const changes = Array.from({ length: 2_000 }, () => described())
    const event = deploymentEvent({ ...facts, history: { ...facts.history!, changes } })
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(512 * 1024)
  })
})

describe('telling a server of it', () => {
  let server: Server | null = null
  afterEach(() => server?.close())

  const answering = async (
    answer: (request: IncomingMessage, body: string) => { status: number; body: object },
  ): Promise<string> => {
    server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () => {
        const said = answer(request, body)
        response.writeHead(said.status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(said.body))
      })
    })
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }
  const posting = (url: string) => ({
    event: deploymentEvent(facts),
    service: 'production/shop/checkout',
    version: facts.version,
    url,
  })

  it('posts one structured CloudEvent and repeats the server’s hint', async () => {
    const seen: string[] = []
    const url = await answering(({ method, url: path, headers }, body) => {
      const { specversion, data } = JSON.parse(body)
      seen.push(`${method} ${path} ${headers['content-type']} ${specversion} ${data.subject.id}`)
      const hint = '3 instances seen 4 s ago'
      return { status: 202, body: { accepted: 1, ignored: 0, events: [{ joined: 'k', hint }] } }
    })
    expect(await postEvent(posting(url))).toEqual({
      taken: true,
      joined: 'k',
      hint: '3 instances seen 4 s ago',
    })
    expect(seen).toEqual([
      'POST /v1/events application/cloudevents+json 1.0 /production/shop/checkout',
    ])
  })

  it('asks for the release where the server gives no hint', async () => {
    const { id } = deploymentEvent(facts).context
    const url = await answering(({ method }) =>
      method === 'POST'
        ? { status: 202, body: { accepted: 1 } }
        : {
            status: 200,
            body: { items: [{ deploymentEventId: id, joined: 'exact' }], next: null },
          },
    )
    const { hint } = await postEvent(posting(url))
    expect(hint).toBe('joined production/shop/checkout (exact)')
  })

  it.each<[number, typeof UsageError | typeof UnreachableError, string]>([
    [400, UsageError, 'what we sent is wrong'],
    [401, UsageError, 'the token is wrong'],
    [503, UnreachableError, 'it cannot take it now'],
  ])('fails at an answer of %i: %s', async (status, kind) => {
    const url = await answering(() => ({ status, body: { error: { message: 'no' } } }))
    await expect(postEvent(posting(url))).rejects.toThrow(kind)
  })

  it('says that nobody is there', async () => {
    await expect(postEvent(posting('http://127.0.0.1:1'))).rejects.toThrow(UnreachableError)
  })
})

it.each(['HEAD', 'a...b', '..b', 'a..', ''])('%j is no range', (text) => {
  expect(() => parseRange(text)).toThrow(UsageError)
})
