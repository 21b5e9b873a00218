/** The monitor of the return to normal is one of its own: how readily an effect is believed does not enter it. */
import { describe, expect, it } from 'vitest'
import { evidenceSpec, recoverySpec } from '../../../src/core/detection/filter-model.ts'
import { coldStart, rising } from '../../../src/core/detection/parameters.ts'

describe('the monitor of the return to normal', () => {
  it.each(['split', 'forecast'] as const)('has onsets of its own (%s)', (mode) => {
    const spec = evidenceSpec({ mode, nuisance: coldStart[mode], grid: rising, stepSeconds: 10 })
    const other = { ...spec, start: spec.start / 2, hazard: spec.hazard / 10 }

    expect(recoverySpec(other)).toEqual(recoverySpec(spec))
  })

  it('expects as many a minute at any step', () => {
    const at = (stepSeconds: number) =>
      recoverySpec(
        evidenceSpec({ mode: 'forecast', nuisance: coldStart.forecast, grid: rising, stepSeconds }),
      )

    expect(at(60).hazard).toBeCloseTo(6 * at(10).hazard, 12)
    expect(at(60).returnHazard).toBeCloseTo(6 * at(10).returnHazard, 12)
  })
})
