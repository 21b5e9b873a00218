/** The signals that sentinels watch, whose placebos calibrate the streams of releases (detection reference, section 10). */
export const placeboSignals = ['errors', 'latency', 'traffic', 'availability'] as const
export type PlaceboSignal = (typeof placeboSignals)[number]

/** The value of one signal as a list of at most one. */
export function bySignal(
  values: Partial<Record<PlaceboSignal, number>>,
  signal: PlaceboSignal,
): number[] {
  const value = values[signal]
  return value === undefined ? [] : [value]
}
