/** The numbers of attribution with their sources, sections of the attribution reference. Natural logarithms. */

/** Section 3. `sizeWeight` per five doublings of lines is measured, the split of the rest a choice. */
export const prior = { environment: 0.2, unobserved: 0.1, sizeWeight: 1.05 } as const

/** Section 5: code and text say at most this much, until labels allow more. */
export const cap = Math.log(30)

/** Section 5, measured on 16 cases with production frames. */
export const codeRatios = { hit: 0.79 / 0.005, miss: 0.21, entryHit: 0.26 / 0.016, entryMiss: 0.75 }

/**
 * Section 5, jointly fitted weights: what function and line add to a hit in the file. Taken off where the
 * fact is known and does not hold, since the hit itself stands at the cap.
 */
export const finerHit = { function: 0.88, line: 0.65 } as const

/** Section 5: weight of a frame by its depth below the top in-app frame. */
export const depthDecay = 0.8

export const textRatios = { hit: 0.91 / 0.215, miss: 0.115 } as const
export const nonCodeRatio = 0.1

/** Section 5: limits of the physical terms. */
export const limits = {
  contrast: [-6, 30],
  flag: [-6, 30],
  topology: [-30, 30],
  dose: [-6, 10],
  reversal: [-6, 30],
  environment: [-6, 6],
} as const

/** Section 6. */
export const topology = {
  eps: 0.01,
  logBayesFactorMax: 60,
  executed: 0.8,
  notExecuted: 0.1,
  callerAtOne: 0.4,
  callee: 0.3,
  elsewhere: 0.01,
  /** A symptom this much before the exposure is not its doing. */
  beforeExposureMs: 60_000,
} as const

/** Section 7. */
export const onset = {
  meanMinutes: 15,
  windowMinutes: 120,
  toleranceMinutes: 1,
  before: 0.002,
  uniformShare: 0.1,
  max: 10,
} as const

/** Section 7 and 2: share of instances or siblings that a shared incident usually hits. */
export const sharedIncidentShare = 0.8
/** A sibling's onset within this of the incident's is the same onset [choice]. */
export const sameOnsetMs = 300_000
/** A stream that no change reaches by more than this is a sibling (section 2). */
export const siblingReachMax = 0.1

/** Section 9. */
export const naming = {
  probabilityMin: 0.6,
  leadMin: 0.2,
  setMin: 0.9,
  /** Before this much evidence after `regressed` no single change is named. */
  patienceMs: 180_000,
} as const

export function clipped(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value))
}
