/** When a watch speaks though nothing has changed. */
import { describe, expect, it } from 'vitest'
import { WorthTelling } from '../../../src/processors/detect/worth-telling.ts'

const fromMs = Date.parse('2026-06-01T00:00:00Z')
const quiet = { logE: 0, logEs: [0], isSentinel: false, shifted: false, shiftChanged: false }
const services = Array.from({ length: 100 }, (_, i) => `production/shop/service-${i}`)

/** Starts, in milliseconds since `fromMs`, of the buckets of a quarter of an hour that are told after the first. */
function told(service: string, sizeMs: number): number[] {
  const worth = new WorthTelling(service)
  return Array.from({ length: 900_000 / sizeMs }, (_, i) => i * sizeMs)
    .filter((atMs) => worth.of({ startMs: fromMs + atMs, endMs: fromMs + atMs + sizeMs }, quiet))
    .slice(1)
}

describe('what a watch tells of a quiet service', () => {
  it.each([10_000, 15_000, 60_000])('is told once a minute, buckets of %i ms', (sizeMs) => {
    for (const service of services) {
      const minutes = told(service, sizeMs).map((atMs, i, all) => atMs - (all[i - 1] ?? atMs))
      expect(new Set(minutes.slice(1))).toEqual(new Set([60_000]))
    }
  })

  it('is not told by all services of a unit at once', () => {
    const together = new Map<number, number>()
    for (const atMs of services.flatMap((service) => told(service, 10_000)))
      together.set(atMs, (together.get(atMs) ?? 0) + 1)

    expect(Math.max(...together.values())).toBeLessThan(services.length / 3)
  })
})
