/**
 * Onset against exposure: how likely is this delay if the unit did it (attribution reference, section 7).
 * Density .9 Exp(mean 15 min) + .1 Uniform(120 min), relative to Uniform(120 min).
 */
import { clipped, onset, sharedIncidentShare } from './parameters.ts'

/** `delayMinutes` = onset - start of the unit. */
export function onsetLlr(delayMinutes: number): number {
  if (delayMinutes < -onset.toleranceMinutes) return Math.log(onset.before)
  const { meanMinutes, windowMinutes, uniformShare } = onset
  const prompt = (windowMinutes / meanMinutes) * Math.exp(-Math.max(delayMinutes, 0) / meanMinutes)
  return Math.log((1 - uniformShare) * prompt + uniformShare)
}

/**
 * Rolling releases: the term of each exposed instance, and what each clean unexposed one adds.
 * `spontaneousShare`: share of instances with an onset of their own in quiet times.
 */
export function instanceOnsetLlr(
  delaysMinutes: readonly number[],
  { cleanUnexposed, spontaneousShare }: { cleanUnexposed: number; spontaneousShare: number },
): number {
  const clean = Math.log((1 - spontaneousShare) / (1 - sharedIncidentShare))
  const sum = delaysMinutes.reduce((total, delay) => total + onsetLlr(delay), 0)
  return clipped(sum + cleanUnexposed * clean, [Math.log(onset.before), onset.max])
}
