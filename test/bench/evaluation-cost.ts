/**
 * What 100 watched releases of 50 routes cost: time of one bucket of all their monitors (106 streams, 259
 * filters a release), on one core. Ten releases are run and counted ten times.
 */
import { coldStart } from '../../src/core/detection/parameters.ts'
import { sameFits } from '../../src/cli/evaluate/fits.ts'
import { ReleaseJudge } from '../../src/cli/evaluate/judged-release.ts'
import { SyntheticService } from '../../src/cli/evaluate/service.ts'

const routes = 50
const releases = 10
const factor = 10
const buckets = 60

export function run(): { name: string; ours: number; unit: string }[] {
  return (['split', 'forecast'] as const).map((mode) => {
    const share = mode === 'split' ? 0.2 : 1
    const service = new SyntheticService({ rps: 500, routes, share, buckets: 10_000 }, 1)
    const before = Array.from({ length: 90 }, (_, minute) => service.counts(minute * 6, 6, null))
    const judges = Array.from({ length: releases }, () => {
      const fits = sameFits(mode, routes, coldStart[mode])
      const known = { historyRequests: 1e6, kappas: new Map<never, number>(), warm: false }
      return new ReleaseJudge({ mode, routes, startMs: 0, before, fits, ...known })
    })
    const times = Array.from({ length: buckets }, (_, k) => {
      const counts = service.counts(540 + k, 1, null)
      const started = process.cpuUsage()
      for (const judge of judges) {
        judge.push(counts)
        if (!Number.isFinite(judge.logE)) throw new Error('a bench must not measure nonsense')
      }
      const { user, system } = process.cpuUsage(started)
      return (factor * (user + system)) / 1e6
    }).sort((a, b) => a - b)
    const ours = Math.round(times[Math.ceil(0.99 * buckets) - 1]! * 1000) / 1000
    return {
      name: `a bucket of 100 watched releases of 50 routes, ${mode}, p99`,
      ours,
      unit: 'CPU-seconds (window close to finding: at most 2)',
    }
  })
}

if (import.meta.main) console.table(run())
