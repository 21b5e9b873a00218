/**
 * Transient incidents that are nobody's release: hidden states none and some heights (detection reference 4.2).
 *
 * Pure. Used in forecast mode only; beside the old version an incident cancels.
 */
import { burst } from './parameters.ts'

export interface BurstStep {
  /** P(none -> some incident) over one step, alike for each height. */
  readonly enter: number
  /** P(incident -> none) over one step. */
  readonly leave: number
}

export interface BurstHazards {
  readonly enterPerMinute: number
  readonly leavePerMinute: number
}

export function burstStep(stepSeconds: number, hazards: BurstHazards = burst): BurstStep {
  const minutes = stepSeconds / 60
  return {
    enter: 1 - (1 - hazards.enterPerMinute) ** minutes,
    leave: 1 - (1 - hazards.leavePerMinute) ** minutes,
  }
}

/** Rows: from none, then from each of `heights` incidents. */
export function burstMatrix({ enter, leave }: BurstStep, heights: number): number[][] {
  const all = Array.from({ length: heights }, (_, i) => i)
  return [
    [1 - enter, ...all.map(() => enter / heights)],
    ...all.map((i) => [leave, ...all.map((j) => (i === j ? 1 - leave : 0))]),
  ]
}
