/**
 * What is fitted on a service's past: its errors, its arrivals, its business counters, and its latency at each quantile
 * by itself.
 */
import { latencyQuantiles } from '../../core/detection/parameters.ts'

export type LatencySignal = `latency@${number}`
export type FittedSignal = 'errors' | 'traffic' | 'business' | LatencySignal

export const latencySignals: readonly LatencySignal[] = latencyQuantiles.map(
  (quantile) => `latency@${quantile}` as const,
)

export const fittedSignals: readonly FittedSignal[] = [
  'errors',
  'traffic',
  'business',
  ...latencySignals,
]

/** Place of the quantile among `latencyQuantiles`; -1 for what is no latency. */
export const levelOf = (signal: FittedSignal) => latencySignals.indexOf(signal as LatencySignal)
