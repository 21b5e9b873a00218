/** When what the services of a unit counted in an hour is taken into their past: soon, and not all at once. */
import { expect, it } from 'vitest'
import { restoreServices } from '../../../src/processors/detect/entries.ts'
import { DetectUnit } from '../../support/detect-unit.ts'
import { rollupOf } from '../../support/service-events.ts'

const startMs = Date.parse('2026-11-20T00:10:00Z')
const hourEndMs = Date.parse('2026-11-20T01:00:00Z')
const windowMs = 10_000
const services = Array.from({ length: 12 }, (_, i) => `production/shop/service-${i}`)

/** Watermarks, since the hour's end, at which the first hour of each service was in its past. */
async function foldedAfter({ reopens }: { readonly reopens: boolean }): Promise<number[]> {
  const unit = new DetectUnit()
  const after = new Map<string, number>()
  for (let atMs = startMs; atMs < hourEndMs + 15 * 60_000; atMs += windowMs) {
    for (const service of services) unit.tell({ ...rollupOf('1', atMs), service })
    unit.tick(atMs + windowMs)
    if (reopens && atMs % 420_000 === 0) await unit.reopen()
    if (atMs < hourEndMs) continue
    await unit.commit()
    const { entries } = await unit.store.open(unit.unit, 0)
    const facts = [...entries].filter(({ key }) => key.startsWith('past/'))
    for (const [key, { past }] of restoreServices(facts).services) {
      if (past.counts.spans.toMs !== hourEndMs || after.has(key)) continue
      after.set(key, atMs + windowMs - hourEndMs)
    }
  }
  return services.map((key) => after.get(key) ?? Number.NaN)
}

it('each service takes in an hour at a moment of its own in the ten minutes after it, whoever owns the unit', async () => {
  const after = await foldedAfter({ reopens: false })
  // The last window of the hour closes with its grace.
  for (const each of after) expect(each).toBeGreaterThanOrEqual(windowMs)
  for (const each of after) expect(each).toBeLessThanOrEqual(600_000 + windowMs)
  // Twelve draws of the sixty windows of ten minutes.
  expect(new Set(after).size).toBeGreaterThanOrEqual(9)
  expect(await foldedAfter({ reopens: true })).toEqual(after)
})
