import { describe, expect, it } from 'vitest'
import {
  headerValue,
  unwrapHttp,
  unwrapJson,
  unwrapKafka,
} from '../../../../src/core/intake/cloudevents/unwrap.ts'

const cdevent = { context: { id: 'c1', type: 'dev.cdevents.service.deployed.0.3.0' }, subject: {} }
const structured = {
  specversion: '1.0',
  id: 'e1',
  source: '/ci',
  type: 't',
  subject: 's',
  time: '2026-11-22T09:00:00Z',
  data: cdevent,
}
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const event = {
  id: 'e1',
  source: '/ci',
  type: 't',
  subject: 's',
  time: '2026-11-22T09:00:00Z',
  data: cdevent,
}

describe('CloudEvents over HTTP', () => {
  it('come binary, with percent-encoded headers in any case', () => {
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'ce-specversion': '1.0',
      'CE-Id': 'e1',
      'ce-source': '/ci',
      'ce-type': 't',
      'ce-subject': 'Euro%20%E2%82%AC%20%F0%9F%98%80',
      'ce-time': event.time,
    }
    expect(unwrapHttp(headers, bytes(cdevent))).toEqual([
      { ok: true, event: { ...event, subject: 'Euro € 😀' } },
    ])
  })

  it('come structured', () => {
    expect(
      unwrapHttp({ 'content-type': 'application/cloudevents+json' }, bytes(structured)),
    ).toEqual([{ ok: true, event }])
  })

  it('come in batches, each judged alone; an empty one is legal', () => {
    const headers = { 'content-type': 'application/cloudevents-batch+json' }
    expect(unwrapHttp(headers, bytes([structured, 7, structured])).map(({ ok }) => ok)).toEqual([
      true,
      false,
      true,
    ])
    expect(unwrapHttp(headers, bytes([]))).toEqual([])
  })

  it('come bare', () => {
    expect(unwrapHttp({ 'content-type': 'application/json' }, bytes(cdevent))).toEqual([
      {
        ok: true,
        event: { id: null, source: null, type: null, subject: null, time: null, data: cdevent },
      },
    ])
  })

  it.each([
    {
      headers: { 'content-type': 'text/plain' },
      body: bytes(cdevent),
      reason: 'content-type',
      why: 'no event comes as text',
    },
    {
      headers: { 'content-type': 'application/json' },
      body: new TextEncoder().encode('CDEvent{id=1}'),
      reason: 'malformed',
      why: 'a plugin that posts debug text',
    },
    {
      headers: { 'content-type': 'application/json', 'ce-id': '%C0%A0' },
      body: bytes(cdevent),
      reason: 'not-utf8',
      why: 'an overlong encoding',
    },
    {
      headers: { 'content-type': 'application/json' },
      body: bytes({ a: 1 }),
      reason: 'no-event',
      why: 'neither form',
    },
    {
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: bytes({}),
      reason: 'malformed',
      why: 'a batch is a list',
    },
    {
      headers: { 'content-type': 'application/cloudevents+json' },
      body: Uint8Array.of(0x22, 0xff, 0x22),
      reason: 'not-utf8',
      why: 'not text',
    },
  ])('are refused as $reason: $why', ({ headers, body, reason }) => {
    expect(unwrapHttp(headers as Record<string, string>, body)).toMatchObject([
      { ok: false, reason },
    ])
  })
})

describe('CloudEvents on Kafka', () => {
  it('come binary, with plain headers', () => {
    const headers = {
      ce_id: 'e1',
      ce_source: '/ci',
      ce_type: 't',
      ce_subject: '100%',
      ce_time: event.time,
    }
    expect(unwrapKafka(headers, bytes(cdevent))).toEqual([
      { ok: true, event: { ...event, subject: '100%' } },
    ])
  })

  it('come structured, whatever the case of the content type, and bare', () => {
    expect(
      unwrapKafka(
        { 'content-type': 'Application/CloudEvents+json; charset=UTF-8' },
        bytes(structured),
      ),
    ).toEqual([{ ok: true, event }])
    expect(unwrapKafka({}, bytes(structured))).toEqual([{ ok: true, event }])
    expect(unwrapKafka({}, bytes(cdevent))).toMatchObject([{ ok: true, event: { data: cdevent } }])
  })

  it('are none for a tombstone', () => {
    expect(unwrapKafka({}, null)).toEqual([])
  })
})

describe('the data of a structured event', () => {
  it.each([
    { more: { data: JSON.stringify(cdevent) }, why: 'JSON in a string' },
    {
      more: { data: undefined, data_base64: btoa(JSON.stringify(cdevent)) },
      why: 'JSON in base64',
    },
  ])('may be $why', ({ more }) => {
    expect(unwrapJson({ ...structured, ...more })).toEqual({ ok: true, event })
  })

  it('is refused when it is not base64', () => {
    expect(unwrapJson({ ...structured, data: undefined, data_base64: '%' })).toMatchObject({
      reason: 'malformed',
    })
  })
})

describe('headerValue', () => {
  it.each([
    ['"a \\"b\\""', 'a "b"'],
    ['%2525', '%25'],
    ['100%', '100%'],
    ['%C0%A0', null],
    [undefined, undefined],
  ])('decodes %o to %o, one round', (raw, value) => {
    expect(headerValue(raw)).toBe(value)
  })
})
