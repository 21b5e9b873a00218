/**
 * Mass that changes between "not started" and the effects of one warm-up: by the onset hazard, at a rollout step, and
 * back by the return hazard (detection reference, 6.2). Rows of `size` states: null, not started, theta_1 and on.
 */
export interface EffectRows {
  readonly size: number
  readonly effects: number
  /** Prior weights of the effects. */
  readonly weights: readonly number[]
}

/** `waiting`: the row of what has not started. */
export function moveToEffects(
  mass: Float64Array,
  waiting: number,
  { size, effects, weights }: EffectRows,
  share: number,
): void {
  for (let i = waiting; i < waiting + size; i++) {
    const leaving = mass[i]! * share
    mass[i]! -= leaving
    for (let j = 0; j < effects; j++) mass[i + (j + 1) * size]! += leaving * weights[j]!
  }
}

/** What has just come by the onset hazard may go at once: the order of section 6.2. */
export function moveBack(
  mass: Float64Array,
  waiting: number,
  { size, effects }: EffectRows,
  share: number,
): void {
  for (let i = waiting; i < waiting + size; i++) {
    let back = 0
    for (let j = 1; j <= effects; j++) {
      const leaving = mass[i + j * size]! * share
      mass[i + j * size]! -= leaving
      back += leaving
    }
    mass[i]! += back
  }
}
