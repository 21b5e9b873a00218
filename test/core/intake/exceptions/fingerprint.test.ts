import { describe, expect, it } from 'vitest'
import {
  fingerprintOf,
  shortType,
  templateOf,
} from '../../../../src/core/intake/exceptions/fingerprint.ts'

const frame = (file: string, line: number, inApp = true) => ({ file, line, function: 'f', inApp })

describe('shortType', () => {
  it.each([
    ['java.lang.NullPointerException', 'NullPointerException'],
    ['shop.checkout.Upstream.Failed', 'Failed'],
    ['shop.checkout.Upstream$Failed', 'Failed'],
    ['__main__.GatewayTimeout', 'GatewayTimeout'],
    ['*errors.errorString', 'errorString'],
    ['TypeError', 'TypeError'],
    ['', ''],
  ])('makes of %o %o', (type, short) => {
    expect(shortType(type)).toBe(short)
  })
})

describe('templateOf', () => {
  it.each([
    ['no answer from the card gateway for 139.57', 'no answer from the card gateway for <n>'],
    ["'GBP'", '<s>'],
    ['order 5b8efff7-9803-4103-a269-b633813fc60c is gone', 'order <id> is gone'],
    ['connect ECONNREFUSED 10.0.0.7:8080', 'connect ECONNREFUSED <ip>'],
    ['bad pointer 0xc000123 at deadbeef01', 'bad pointer <id> at <id>'],
    [
      "Cannot read properties of undefined (reading 'total')",
      "Cannot read properties of undefined (reading 'total')",
    ],
    ['unknown column "discount_code"', 'unknown column "discount_code"'],
    ['user "Jane Doe" of "acme"', 'user <s> of <s>'],
    ['line one\n  line two', 'line one line two'],
  ])('makes of %o %o', (message, template) => {
    expect(templateOf(message)).toBe(template)
  })
})

describe('fingerprintOf', () => {
  const failure = { type: 'TypeError', template: 'boom', frames: [frame('/app/a.js', 3)] }

  it.each([
    { other: { ...failure, frames: [frame('/app/a.js', 9)] }, why: 'lines move between releases' },
    { other: { ...failure, template: 'bang' }, why: 'the place says enough' },
    {
      other: { ...failure, frames: [frame('/lib/x.js', 1, false), frame('/app/a.js', 3)] },
      why: 'library frames say nothing',
    },
  ])('is the same: $why', ({ other }) => {
    expect(fingerprintOf(other)).toBe(fingerprintOf(failure))
  })

  it.each([
    { other: { ...failure, frames: [frame('/app/b.js', 3)] }, why: 'another place' },
    { other: { ...failure, type: 'RangeError' }, why: 'another type' },
  ])('is another: $why', ({ other }) => {
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(failure))
  })

  it('needs the message where the type says nothing, and does not where it does', () => {
    const bare = (type: string, template: string) => fingerprintOf({ type, template, frames: [] })
    expect(bare('errorString', 'lock wait')).not.toBe(bare('errorString', 'disk full'))
    expect(bare('GatewayTimeout', 'a')).toBe(bare('GatewayTimeout', 'b'))
  })
})
