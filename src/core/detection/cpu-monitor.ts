/**
 * A gauge's monitor for costs: each release costs a little more or less, and up to a fifth more is no worse, as for
 * counts. That much lies inside the null: a value above the usual one is brought down by it, at most to the usual.
 *
 * What is told is the whole shift again, and for its size the values themselves.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import { median } from '../kernel/math/order-statistics.ts'
import { GaugeMonitor, type GaugeMonitorOptions, type GaugeSample } from './gauge-monitor.ts'
import { judgeDefaults } from './judge.ts'
import { effectDelta } from './monitor.ts'

const clip = 40

export class CpuMonitor {
  readonly #options: GaugeMonitorOptions
  readonly #monitor: GaugeMonitor
  /** By step; null where nothing was judged. */
  readonly #moved: (number | null)[] = []

  constructor(options: GaugeMonitorOptions) {
    this.#options = options
    this.#monitor = new GaugeMonitor(options)
  }

  get logE(): number {
    return this.#monitor.logE
  }

  get steps(): number {
    return this.#moved.length
  }

  /** Whether it has been told a value. */
  get isFed(): boolean {
    return this.#moved.some((moved) => moved !== null)
  }

  push(sample: GaugeSample | null): void {
    this.#moved.push(sample === null ? null : sample.value - sample.usual)
    this.#monitor.push(sample === null ? null : tolerant(sample))
  }

  evidence({ weight }: { readonly weight: number }): StreamEvidence {
    const evidence = this.#monitor.evidence({ weight })
    const { usual, ...shift } = evidence.gauge!
    const tolerated = effectDelta * usual
    const detectable = shift.detectable === null ? null : shift.detectable + tolerated
    const excluded = shift.excluded === null ? null : shift.excluded + tolerated
    const rest = { unit: shift.unit, usual, detectable, excluded, own: 'cpu' as const }
    if (evidence.logE < judgeDefaults.suspiciousLogE || !(usual > 0)) {
      return { ...evidence, gauge: { ...shift, ...rest } }
    }
    const seen = this.#sinceOnset(evidence.onset)
    const low = Math.min(seen, shift.low + tolerated)
    const high = Math.max(seen, shift.high + tolerated)
    return {
      ...evidence,
      ratio: 1 + seen / usual,
      low: Math.max(0, 1 + low / usual),
      high: 1 + high / usual,
      gauge: { ...rest, shift: seen, low, high },
    }
  }

  #sinceOnset(onset: StreamEvidence['onset']): number {
    const { startMs, stepMs } = this.#options
    const from = onset === null ? 0 : Math.round((onset.atMs - startMs) / stepMs)
    const since = this.#moved.slice(from).filter((each) => each !== null)
    return median(since.length > 0 ? since : this.#moved.filter((each) => each !== null))
  }
}

function tolerant(sample: GaugeSample): GaugeSample {
  const { usual, scale, z } = sample
  const above = Math.max(0, z - (effectDelta * usual) / scale)
  return { ...sample, z: Math.min(clip, Math.max(-clip, z > 0 ? above : z)) }
}
