/** An incident of any height is an incident: what it is is said by how long it lasts. */
import { describe, expect, it } from 'vitest'
import { evidenceSpec, filterModel } from '../../../src/core/detection/filter-model.ts'
import { ForwardFilter } from '../../../src/core/detection/forward-filter.ts'
import { forecastObservation } from '../../../src/core/detection/observation.ts'
import { rising } from '../../../src/core/detection/parameters.ts'

const perMinute = 6
const nuisance = { eta: 0.7, tau: 0.156, phiPerMinute: 0.99 }

/** Greatest log E in half an hour at the usual level and so many minutes at `height` times of it, 1,000 requests/s. */
function greatestLogE(height: number, minutes: number): number {
  const spec = { mode: 'forecast', nuisance, grid: rising, stepSeconds: 10 } as const
  const filter = new ForwardFilter(filterModel(evidenceSpec({ ...spec, eventsPerMinute: 300 })))
  let greatest = -Infinity
  for (let k = 0; k < (30 + minutes) * perMinute; k++) {
    const level = k < 30 * perMinute ? 1 : height
    const e = Math.round(50 * level * (1 + 0.05 * Math.sin(7 * k)))
    filter.observe(forecastObservation({ n: 10_000, e, logRate: Math.log(0.005) }))
    greatest = Math.max(greatest, filter.logE)
  }
  return greatest
}

describe('an incident at 1,000 requests a second', () => {
  it.each([2, 2.6, 3.3, 4.5, 6, 8])(
    'of %f times the errors for three minutes is no evidence',
    (height) => {
      expect(greatestLogE(height, 3)).toBeLessThan(1)
    },
  )

  it.each([2, 2.6, 3.3, 4.5, 6, 8])(
    'of %f times the errors for half an hour is an effect',
    (height) => {
      expect(greatestLogE(height, 30)).toBeGreaterThan(Math.log(100))
    },
  )
})
