/** The signals that sentinels watch, whose placebos calibrate the streams of releases (detection reference, section 10). */
export const placeboSignals = ['errors', 'latency', 'traffic', 'availability'] as const
export type PlaceboSignal = (typeof placeboSignals)[number]
