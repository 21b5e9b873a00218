/**
 * Had it begun before the release? The service's own monitors, started half an hour before it (detection reference,
 * section 12, the pre-trend). Where they had spoken by the release they run on: what comes after may be another
 * thing than the incident before, and then it is the release's to answer for.
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
  /** None where none had spoken by the release. */
  readonly #open: readonly EarlyStream<Bucket>[]

  /** `before`: the buckets from `preTrendMs` before the release up to it. */
  constructor(
    streams: readonly EarlyStream<Bucket>[],
    before: Iterable<Bucket>,
    releasedAtMs: number,
  ) {
    for (const bucket of before) for (const stream of streams) stream.push(bucket)
    this.#logE = combineLogE(
      streams.map(({ logE }) => logE),
      releaseWeights(streams),
    )
    this.#releasedAtMs = releasedAtMs
    this.#open = this.#logE < judgeDefaults.suspiciousLogE ? [] : streams
    // A release is a time at which things begin, as a step of its rollout is.
    for (const stream of this.#open) stream.startAgain()
  }

  /** Something had begun, and more buckets will tell whether it is still that. */
  get isOpen(): boolean {
    return this.#open.length > 0
  }

  push(bucket: Bucket): void {
    for (const stream of this.#open) stream.push(bucket)
  }

  /**
   * log E at the release; null where all that is seen by now began with the release or after it (where nothing is
   * seen any more, nothing did). That is only asked for a release whose own log E is an alarm; `onsetOf` may remember
   * the onsets, which are dear.
   */
  logE(ofRelease: number, onsetOf: OnsetOf): number | null {
    if (!this.isOpen || ofRelease < judgeDefaults.regressedLogE) return this.#logE
    const seen = this.#open.filter(isLoud)
    const beganAfter = seen.every((stream) => this.#beganAfter(stream, onsetOf))
    return seen.length > 0 && beganAfter ? null : this.#logE
  }

  #beganAfter(stream: EarlyStream<Bucket>, onsetOf: OnsetOf): boolean {
    const onset = onsetOf(`before ${stream.group}`, () => {
      return stream.evidence({ weight: 0, full: true }).onset
    })
    return onset === null || onset.fromMs >= this.#releasedAtMs
  }
}

function isLoud({ logE }: { readonly logE: number }): boolean {
  return logE >= judgeDefaults.suspiciousLogE
}
