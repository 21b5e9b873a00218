/**
 * Transient incidents that are nobody's release: hidden states none, x2.5 and x5 (detection reference 4.2).
 *
 * Pure. Used in forecast mode only; beside the old version an incident cancels.
 */
import { burst } from './parameters.ts'

export interface BurstStep {
  /** P(none -> some incident) over one step, half to each height. */
  readonly enter: number
  /** P(incident -> none) over one step. */
  readonly leave: number
}

export function burstStep(stepSeconds: number): BurstStep {
  const minutes = stepSeconds / 60
  return {
    enter: 1 - (1 - burst.enterPerMinute) ** minutes,
    leave: 1 - (1 - burst.leavePerMinute) ** minutes,
  }
}

/** Rows: from none, x2.5, x5. */
export function burstMatrix({ enter, leave }: BurstStep): number[][] {
  return [
    [1 - enter, enter / 2, enter / 2],
    [leave, 1 - leave, 0],
    [leave, 0, 1 - leave],
  ]
}
