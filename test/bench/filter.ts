/**
 * Filter updates per CPU-second, with the default parameters: three warm-ups, six effects, drift grid of
 * 15, incidents in forecast mode. The reference figure of plain JavaScript is 7,200 split and 4,200
 * forecast updates. One update is one bucket of one stream.
 */
import { evidenceSpec, filterModel } from '../../src/core/detection/filter-model.ts'
import { ForwardFilter } from '../../src/core/detection/forward-filter.ts'
import { forecastObservation, splitObservation } from '../../src/core/detection/observation.ts'
import { type Mode, coldStart, rising } from '../../src/core/detection/parameters.ts'
import { seededRandom } from '../support/random.ts'

const buckets = 360

export interface FilterRate {
  readonly name: string
  /** Updates per CPU-second. */
  readonly ours: number
}

function measure(mode: Mode, watches: number): FilterRate {
  const random = seededRandom(7)
  const model = filterModel(
    evidenceSpec({ mode, nuisance: coldStart[mode], grid: rising, stepSeconds: 10 }),
  )
  const rounds = Array.from({ length: buckets }, () =>
    mode === 'split'
      ? splitObservation({
          n1: 200,
          n0: 800,
          e1: 1 + Math.floor(random() * 3),
          e0: Math.floor(random() * 8),
        })
      : forecastObservation({ n: 1000, e: Math.floor(random() * 10), logRate: Math.log(0.005) }),
  )
  const started = process.cpuUsage()
  for (let watch = 0; watch < watches; watch++) {
    const filter = new ForwardFilter(model)
    for (const each of rounds) filter.observe(each)
    if (!Number.isFinite(filter.logE)) throw new Error('a bench must not measure nonsense')
  }
  const { user, system } = process.cpuUsage(started)
  const ours = Math.round(((watches * buckets) / (user + system)) * 1e6)
  return { name: `filter updates, ${mode}`, ours }
}

export function run(): FilterRate[] {
  for (const mode of ['split', 'forecast'] as const) measure(mode, 10)
  return [measure('split', 150), measure('forecast', 80)]
}

if (import.meta.main) console.table(run())
