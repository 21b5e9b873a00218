/** What a unit is doing and has done since it was assigned: for metrics, `/readyz` and tests. */

export interface UnitStatus {
  readonly unit: string
  /**
   * `blocked`: log or store does not answer, so no input is taken. `waiting`: its partition is being dealt.
   * `refused`: its topic was made anew.
   */
  state: 'opening' | 'running' | 'blocked' | 'waiting' | 'refused' | 'ended'
  /** Why it does not run; null where it does, or opens, or has ended. */
  reason: string | null
  /** Next input offset. */
  next: number
  records: number
  /** Dropped by position: published twice, or made again. */
  repeated: number
  /** Removed by retention before they were read. */
  lost: number
  published: number
  turns: number
  commits: number
  /** The store stood elsewhere, or another owner had opened the unit. */
  moved: number
  fenced: number
  /** Duration of the last turn's publishing and commit. */
  commitMs: number
}

export function newStatus(unit: string): UnitStatus {
  return {
    unit,
    state: 'opening',
    reason: null,
    next: 0,
    records: 0,
    repeated: 0,
    lost: 0,
    published: 0,
    turns: 0,
    commits: 0,
    moved: 0,
    fenced: 0,
    commitMs: 0,
  }
}
