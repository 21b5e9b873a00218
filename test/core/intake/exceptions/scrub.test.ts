import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeScrubber } from '../../../../src/core/intake/exceptions/scrub.ts'

const scrub = makeScrubber()

describe('the scrubber', () => {
  it.each([
    ['mail jane.doe+x@mail.example.com now', 'mail *** now'],
    ['postgres://app:hunter2@db:5432/shop', 'postgres://***@db:5432/shop'],
    ['GET https://x.example.com/a?token=1&b=2 failed', 'GET https://x.example.com/a?*** failed'],
    ['GET /cart?session=abc failed', 'GET /cart?*** failed'],
    ['Authorization: Bearer abc.def-123', 'Authorization: ***'],
    ['sent Bearer abcdef123 on', 'sent Bearer *** on'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln rejected', 'jwt *** rejected'],
    ['card 4111 1111 1111 1111 declined', 'card *** declined'],
    ['card 4111-1111-1111-1111', 'card ***'],
    ['password=hunter2, user=jane', 'password=***, user=jane'],
    ['{"api_key": "k-1", "n": 1}', '{"api_key": ***, "n": 1}'],
    ['order 123456 and 12345', 'order *** and 12345'],
    ['at sdk@v1.46.0/trace.go', 'at sdk@v1.46.0/trace.go'],
    [
      "Cannot read properties of undefined (reading 'total')",
      "Cannot read properties of undefined (reading 'total')",
    ],
  ])('makes of %o %o', (text, expected) => {
    expect(scrub(text)).toBe(expected)
  })

  it('takes patterns of one’s own, before its own', () => {
    expect(makeScrubber([/cust-\w+/i])('for CUST-ab1 and cust-x')).toBe('for *** and ***')
  })

  it('lets no secret through, whatever stands around it (seed 61)', () => {
    const junk = fc.array(
      fc.constantFrom(' ', '?', '/a', 'x', '=', ':', '\n', '(', '17', '@', ', '),
      {
        maxLength: 6,
      },
    )
    const secrets = fc.constantFrom(
      { text: 'jane@example.com', secret: 'jane@' },
      { text: 'https://user:hunter2@host/', secret: 'hunter2' },
      { text: 'token=hunter2', secret: 'hunter2' },
      { text: '"password": "hunter two"', secret: 'hunter' },
      { text: '4111 1111 1111 1111', secret: '1111' },
      { text: 'Bearer hunter2hunter2', secret: 'hunter2' },
      { text: 'eyJhbGciOi.eyJzdWIi.c2ln', secret: 'eyJ' },
    )
    fc.assert(
      fc.property(junk, secrets, junk, (before, { text, secret }, after) => {
        expect(scrub(`${before.join('')} ${text} ${after.join('')}`)).not.toContain(secret)
      }),
      { seed: 61, numRuns: 1000 },
    )
  })

  it.each([
    'a'.repeat(4096),
    'a@'.repeat(2048),
    '1 '.repeat(2048),
    'x://'.repeat(1024),
    'token'.repeat(800),
    '/?'.repeat(2048),
  ])('is done soon with text made to hold it up: %#', (text) => {
    const before = process.cpuUsage()
    scrub(text)
    expect(process.cpuUsage(before).user).toBeLessThan(500_000)
  })
})
