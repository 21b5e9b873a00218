/**
 * Whether a closed bucket of a watch is worth a finding: once a minute, at a moment of the service's own, when a stream
 * crosses a line, and each bucket while something is suspicious; of a sentinel only what is loud or has shifted.
 */
import { judgeDefaults } from '../../core/detection/judge.ts'
import { type Bucket, windowMs } from '../../core/rollup/track.ts'
import { ownMomentMs } from './own-moment.ts'

const minuteMs = 60_000
/** A sentinel's word is told from E = 3 on (detection reference, section 10). */
const sentinelLogE = Math.log(3)

export interface Loudness {
  /** Of all streams together, and of each. */
  readonly logE: number
  readonly logEs: readonly number[]
  readonly isSentinel: boolean
  /** Of a sentinel: a level is not the usual one; which ones are has just changed. */
  readonly shifted: boolean
  readonly shiftChanged: boolean
}

export class WorthTelling {
  readonly #momentMs: number
  #crossed = ''
  #hasAlarmed = false

  /** `service`: its key. */
  constructor(service: string) {
    this.#momentMs = ownMomentMs(service, { spanMs: minuteMs, stepMs: windowMs })
  }

  /** All streams together have been as loud as `regressed` at some bucket. */
  get hasAlarmed(): boolean {
    return this.#hasAlarmed
  }

  /** Asked once of each bucket, in order. */
  of({ startMs, endMs }: Pick<Bucket, 'startMs' | 'endMs'>, loudness: Loudness): boolean {
    const { logE, logEs, isSentinel, shifted, shiftChanged } = loudness
    const level = levelOf(logE)
    this.#hasAlarmed ||= level === 2
    const crossed = [level, ...logEs.map(levelOf)].join('')
    const changed = crossed !== this.#crossed || shiftChanged
    this.#crossed = crossed
    const onMinute = (endMs - this.#momentMs) % minuteMs < endMs - startMs
    // While something is suspicious every bucket is worth telling: recovery and the conditions
    // beside the evidence move without crossing a line.
    if (!changed && !onMinute && level === 0) return false
    if (!isSentinel || changed) return true
    return shifted || logE >= sentinelLogE || logEs.some((each) => levelOf(each) > 0)
  }
}

function levelOf(logE: number): 0 | 1 | 2 {
  return logE >= judgeDefaults.regressedLogE ? 2 : logE >= judgeDefaults.suspiciousLogE ? 1 : 0
}
