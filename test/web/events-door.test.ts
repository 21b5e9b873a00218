/** The door of deployment events over real HTTP: CloudEvents one by one, in binary mode and in batches. */
import { describe, expect, it } from 'vitest'
import { deploymentLine } from '../support/otlp-lines.ts'
import { json, post, runningDoors } from './running-doors.ts'

const { front } = runningDoors()

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
