/**
 * Latency as the history keeps it: exponential histograms at the scale of the thresholds (9 % steps),
 * where counts above a threshold stay exact (detection reference, section 2). Explicit ones stay as
 * they are: their thresholds are their own bounds.
 */
import type { Latency } from '../../contracts/latency.ts'
import { downscaled } from '../kernel/histogram/exponential.ts'

export const historyScale = 3

export function coarsenLatency(latency: Latency): Latency {
  if ('bounds' in latency || latency.scale <= historyScale) return latency
  const { offset, counts } = downscaled(latency, { steps: latency.scale - historyScale })
  return { ...latency, scale: historyScale, offset, counts }
}
