/** Exceptions in spans fold to kinds of failure: once per trace, scrubbed, told by the best record. */
import { describe, expect, it } from 'vitest'
import {
  exceptionEvent,
  foldJson,
  httpGet,
  ofKind,
  span,
  t0Ms,
  tracesOf,
} from '../../../support/otlp-messages.ts'

describe('folding exceptions', () => {
  const stack = 'TypeError: boom\n    at apply (/app/src/cart.ts:41:13)\n    at node:internal/x:1:1'
  const values = (more = {}) => ({
    'exception.type': 'TypeError',
    'exception.message': 'boom 17',
    ...more,
  })

  it('counts a failure once per trace and type; the record with a stack speaks', () => {
    const spans = [
      span({ kind: 1, events: [exceptionEvent(values())] }),
      span({ kind: 1, events: [exceptionEvent(values({ 'exception.stacktrace': stack }))] }),
      span({ status: 2, values: httpGet('/cart', 500), events: [exceptionEvent(values())] }),
    ]
    const kinds = ofKind(foldJson(tracesOf(spans)), 'kinds')
    expect(kinds).toMatchObject([
      {
        type: 'TypeError',
        template: 'boom <n>',
        stack: true,
        route: 'GET /cart',
        traces: ['d269b633813fc60c'],
        exemplars: ['5b8efff798038103d269b633813fc60c'],
        frames: [
          { file: '/app/src/cart.ts', line: 41, function: 'apply', inApp: true },
          { inApp: false },
        ],
      },
    ])
  })

  it('scrubs messages and frames before they leave', () => {
    const message = 'no mail to jane@example.com with token=abcdef and card 4111 1111 1111 1111'
    const [kind] = ofKind(
      foldJson(
        tracesOf([
          span({
            events: [exceptionEvent({ 'exception.type': 'E', 'exception.message': message })],
          }),
        ]),
      ),
      'kinds',
    )
    expect(kind!.template).toBe('no mail to *** with token=*** and card ***')
  })

  it('takes the span’s end for an exception whose own clock is off', () => {
    const event = exceptionEvent(values(), t0Ms + 86_400_000)
    expect(ofKind(foldJson(tracesOf([span({ events: [event] })])), 'kinds')[0]!.startMs).toBe(t0Ms)
  })
})
