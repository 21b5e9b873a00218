import { describe, expect, it } from 'vitest'
import { nextRequest, randomOf } from '../../../src/cli/demo/load.ts'

function requests(seed: number, count: number) {
  const random = randomOf(seed)
  return Array.from({ length: count }, () => nextRequest(random))
}

describe('the load', () => {
  it('is the same for the same seed and another for another', () => {
    expect(requests(7, 50)).toEqual(requests(7, 50))
    expect(requests(7, 50)).not.toEqual(requests(8, 50))
  })

  it('asks for products, carts and orders in the shares of a shop', () => {
    const all = requests(1, 4_000)
    const share = (wanted: (path: string) => boolean) =>
      all.filter(({ path }) => wanted(path)).length / all.length
    expect(share((path) => path.startsWith('/products/'))).toBeCloseTo(0.4, 1)
    expect(share((path) => path.startsWith('/carts/'))).toBeCloseTo(0.2, 1)
    expect(share((path) => path === '/orders')).toBeCloseTo(0.4, 1)
  })

  it('pays in kronor now and then, and never with an empty cart', () => {
    const bodies = requests(1, 1_000).flatMap(({ body }) => (body === null ? [] : [body])) as {
      currency: string
      items: unknown[]
    }[]
    expect(bodies.some(({ currency }) => currency === 'SEK')).toBe(true)
    expect(bodies.every(({ items }) => items.length >= 4)).toBe(true)
  })
})
