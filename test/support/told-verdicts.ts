/** The verdict lines of a replay that are about one version. */
import type { Release } from '../../src/contracts/release.ts'
import type { Signal } from '../../src/contracts/signal.ts'
import type { Line } from './run-replay.ts'

export interface ToldVerdict {
  readonly at: string
  readonly release: Release
  readonly verdict: string
  readonly signals: readonly Signal[]
  readonly final: boolean
}

export function toldVerdicts(lines: readonly Line[], version: string): ToldVerdict[] {
  return lines.filter(
    (line) => line.type === 'verdict' && (line['release'] as Release).version === version,
  ) as unknown as ToldVerdict[]
}
