/** Bytes that are broken anywhere decode or are refused: none of them throws. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeOtlp } from '../../../../src/core/intake/otlp/decode.ts'
import type { Signal } from '../../../../src/core/intake/otlp/telemetry.ts'
import { hasShop, shopBodies } from '../../../support/shop-data.ts'

describe.skipIf(!hasShop)('mutated recorded bytes', () => {
  it.each([
    ['traces', 'checkout-traces'],
    ['metrics', 'checkout-metrics'],
    ['logs', 'checkout-logs'],
    ['traces', 'front-json-traces'],
    ['metrics', 'payment-metrics'],
  ] as const)('decode or are refused, never thrown at: %s of %s (seed 51)', (signal, name) => {
    const bodies = shopBodies(name).map(({ bytes }) => bytes)
    const mutation = fc.record({ at: fc.nat(1e6), byte: fc.nat(255) })
    fc.assert(
      fc.property(
        fc.nat(bodies.length - 1),
        fc.array(mutation, { minLength: 1, maxLength: 8 }),
        fc.option(fc.nat(1e6)),
        (index, mutations, cut) => {
          const bytes = bodies[index]!.slice()
          for (const { at, byte } of mutations) bytes[at % bytes.length] = byte
          const used = cut === null ? bytes : bytes.subarray(0, cut % bytes.length)
          expect(typeof decodeOtlp(used, signal).ok).toBe('boolean')
        },
      ),
      { seed: 51, numRuns: 400 },
    )
  })

  it('decode or are refused when they are nothing at all (seed 52)', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('traces', 'metrics', 'logs', 'auto'),
        (bytes, signal) => {
          expect(typeof decodeOtlp(bytes, signal as Signal).ok).toBe('boolean')
        },
      ),
      { seed: 52, numRuns: 2000 },
    )
  })
})
