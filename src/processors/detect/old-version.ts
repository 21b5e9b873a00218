/**
 * Since when the old version, while it serves beside the new one, has left its own usual level of errors: what both
 * suffer is not the new one's doing (detection reference, section 12, the shared shift). A split needs no such
 * witness, but what callers see is before against after even then.
 */
import type { EvidenceFinding } from '../../contracts/findings.ts'
import { Shifts } from '../../core/detection/shifts.ts'
import { type Arms, emptyCount } from './arms.ts'
import { ErrorStream } from './error-stream.ts'
import type { WatchHistory } from './watch-history.ts'
import type { Phase, WatchBucket } from './watch-stream.ts'

export class OldVersion {
  readonly #errors: ErrorStream
  readonly #shifts = new Shifts()

  private constructor(errors: ErrorStream) {
    this.#errors = errors
  }

  /** Null without a past to compare with. */
  static create(phase: Phase, history: WatchHistory): OldVersion | null {
    const errors = ErrorStream.create(null, { ...phase, mode: 'forecast' }, history, null)
    return errors && new OldVersion(errors)
  }

  push(bucket: WatchBucket, startMs: number): void {
    this.#errors.push(bucket === 'missing' ? bucket : { arms: ofOld(bucket.arms) })
    this.#shifts.note([this.#errors.shifted], startMs)
  }

  get shift(): NonNullable<EvidenceFinding['oldShift']> {
    return { logE: this.#errors.logE, onsetMs: this.#shifts.sinceMs(0) }
  }
}

/** The old version in the place of the one that is judged. */
function ofOld({ routes, total, everyone }: Arms): Arms {
  const pairs = [...routes].map(([route, { zero }]) => {
    return [route, { one: zero, zero: emptyCount() }] as const
  })
  return { routes: new Map(pairs), total: { one: total.zero, zero: emptyCount() }, everyone }
}
