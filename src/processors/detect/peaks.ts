/**
 * What streams of a watch said at their loudest. An effect that has passed leaves its evidence behind: who asks what
 * was hit by an incident must not take what is quiet again for what never was. Event time, milliseconds.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'
import { judgeDefaults } from '../../core/detection/judge.ts'

export class Peaks {
  readonly #peaks = new Map<string, { logE: number; atMs: number }>()

  note(stream: string, logE: number, atMs: number): void {
    if (logE < judgeDefaults.suspiciousLogE) return
    const known = this.#peaks.get(stream)
    if (known === undefined || known.logE < logE) this.#peaks.set(stream, { logE, atMs })
  }

  /** Of a stream that had been suspicious and is not any more. */
  passed(stream: string, { logE }: StreamEvidence): StreamEvidence['peak'] {
    return logE < judgeDefaults.suspiciousLogE ? this.#peaks.get(stream) : undefined
  }
}
