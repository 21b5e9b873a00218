/**
 * Had it begun before the release? The service's own monitors, started half an hour before it (detection reference,
 * section 12, the pre-trend), run on through its watch. Where they had spoken by the release, what comes after may be
 * another thing than the incident before, and then it is the release's to answer for; where they had not, what they
 * see may have begun before all the same.
 *
 * Log evidence is natural and calibrated; instants are milliseconds since the epoch.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import { combineLogE } from './combine.ts'
import { judgeDefaults } from './judge.ts'
import { releaseWeights, type WeighedStream } from './release-weights.ts'

export const preTrendMs = 30 * 60_000

export type OnsetOf = (key: string, find: () => StreamEvidence['onset']) => StreamEvidence['onset']

export interface EarlyStream<Bucket> extends WeighedStream {
  readonly logE: number
  push(bucket: Bucket): void
  startAgain(): void
  evidence(options: { weight: number; full: boolean }): Pick<StreamEvidence, 'onset'>
}

export class PreTrend<Bucket> {
  /** At the release. */
  readonly #logE: number
  readonly #releasedAtMs: number
  readonly #streams: readonly EarlyStream<Bucket>[]

  /** `before`: the buckets from `preTrendMs` before the release up to it. */
  constructor(
    streams: readonly EarlyStream<Bucket>[],
    before: Iterable<Bucket>,
    releasedAtMs: number,
  ) {
    for (const bucket of before) for (const stream of streams) stream.push(bucket)
    this.#streams = streams
    this.#logE = this.#now
    this.#releasedAtMs = releasedAtMs
    // A release is a time at which things begin, as a step of its rollout is.
    for (const stream of streams) stream.startAgain()
  }

  get #now(): number {
    return combineLogE(
      this.#streams.map(({ logE }) => logE),
      releaseWeights(this.#streams),
    )
  }

  push(bucket: Bucket): void {
    for (const stream of this.#streams) stream.push(bucket)
  }

  /**
   * log E of what began before the release: as it was at the release, or as it is now where that had not spoken yet;
   * null where all that is seen by now began with the release or after it. What is seen now is only asked for a
   * release whose own log E is an alarm; `onsetOf` may remember the onsets, which are dear.
   */
  logE(ofRelease: number, onsetOf: OnsetOf): number | null {
    if (ofRelease < judgeDefaults.regressedLogE) return this.#logE
    const onsets = this.#streams.filter(isLoud).map((stream) => this.#onset(stream, onsetOf))
    if (this.#logE < judgeDefaults.suspiciousLogE) {
      return onsets.some((onset) => this.#surelyBefore(onset)) ? this.#now : this.#logE
    }
    const anew = onsets.length > 0 && onsets.every((onset) => !this.#mayBeBefore(onset))
    return anew ? null : this.#logE
  }

  #onset(stream: EarlyStream<Bucket>, onsetOf: OnsetOf): StreamEvidence['onset'] {
    return onsetOf(`before ${stream.group}`, () => {
      return stream.evidence({ weight: 0, full: true }).onset
    })
  }

  #mayBeBefore(onset: StreamEvidence['onset']): boolean {
    return onset !== null && onset.fromMs < this.#releasedAtMs
  }

  #surelyBefore(onset: StreamEvidence['onset']): boolean {
    return onset !== null && onset.toMs < this.#releasedAtMs
  }
}

function isLoud({ logE }: { readonly logE: number }): boolean {
  return logE >= judgeDefaults.suspiciousLogE
}
