/** When the sentinels of a unit's services begin: back to back, and not all at once. */
import { describe, expect, it } from 'vitest'
import { restoreServices } from '../../../src/processors/detect/entries.ts'
import { DetectUnit } from '../../support/detect-unit.ts'
import { minuteOfMetrics, rollupOf } from '../../support/service-events.ts'

const startMs = Date.parse('2026-11-20T00:10:00Z')
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const services = Array.from({ length: 12 }, (_, i) => `production/shop/service-${i}`)

interface Span {
  readonly startMs: number
  readonly endMs: number
}

/** Four hours of all services alike; the sentinels' watches of each, in their order. */
async function watches({ tickMinutes = 1, reopens = false } = {}): Promise<Map<string, Span[]>> {
  const unit = new DetectUnit()
  const seen = new Map<string, Span[]>(services.map((key) => [key, []]))
  const [row] = rollupOf('1', startMs).rows
  for (let minute = 0; minute < 240; minute++) {
    const atMs = startMs + minute * minuteMs
    const told = minuteOfMetrics({ version: '1', startMs: atMs, rows: [{ ...row!, requests: 90 }] })
    for (const service of services) unit.tell({ ...told, service })
    if ((minute + 1) % tickMinutes !== 0) continue
    unit.tick(atMs + minuteMs)
    if (reopens && minute % 17 === 0) await unit.reopen()
    else await unit.commit()
    const { entries } = await unit.store.open(unit.unit, 0)
    const stored = [...entries].filter(({ key }) => key.startsWith('service/'))
    for (const [key, { sentinel }] of restoreServices(stored).services) {
      if (sentinel === null || sentinel.startMs === seen.get(key)!.at(-1)?.startMs) continue
      seen.get(key)!.push({ startMs: sentinel.startMs, endMs: sentinel.endMs })
    }
  }
  return seen
}

describe('the sentinels of services that were first heard together', () => {
  it('begin together, and at moments of their own from their second hour on', async () => {
    const seen = await watches()
    expect(new Set([...seen.values()].map(([first]) => first!.startMs)).size).toBe(1)
    const second = [...seen.values()].map((spans) => spans[1]!.startMs)
    // Twelve draws of the sixty minutes of an hour.
    expect(new Set(second).size).toBeGreaterThanOrEqual(9)
    // Over the whole of an hour, not a corner of it.
    expect(Math.max(...second) - Math.min(...second)).toBeGreaterThan(hourMs / 2)
  })

  it('leave no time unwatched and watch for an hour, the first for half an hour to one and a half', async () => {
    for (const [first, ...rest] of (await watches()).values()) {
      const lengthMs = first!.endMs - first!.startMs
      expect(lengthMs).toBeGreaterThanOrEqual(hourMs / 2)
      expect(lengthMs).toBeLessThan(1.5 * hourMs)
      let endMs = first!.endMs
      expect(rest.length).toBeGreaterThan(0)
      for (const span of rest) {
        expect(span).toEqual({ startMs: endMs, endMs: endMs + hourMs })
        endMs = span.endMs
      }
    }
  })

  it('begin when they do however the input is cut, and whoever owns the unit', async () => {
    const told = await watches()
    expect(await watches({ reopens: true })).toEqual(told)
    expect(await watches({ tickMinutes: 4 })).toEqual(told)
  })
})
