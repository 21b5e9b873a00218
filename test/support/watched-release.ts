/**
 * The replay of one release, two hours into the metrics of its service: version 1.1 after 1.0. Seconds since the start
 * of the input; delta sums. Of its verdicts the minute after the release is told too.
 */
import { deploymentLine, metricLines, type Version } from './otlp-lines.ts'
import { replayLines } from './run-replay.ts'
import { type ToldVerdict, toldVerdicts } from './told-verdicts.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
export const minuteS = 60
export const releasedS = 120 * minuteS
/** Its watch has ended. */
export const endS = releasedS + 62 * minuteS

/** What one exporter tells; a version whose time is empty is none. */
export interface Told {
  readonly seed: number
  readonly everyS: number
  readonly versions: readonly Version[]
}

export type VerdictOfRelease = ToldVerdict & { readonly minute: number }

export async function verdictsOfRelease(
  files: readonly Told[],
  over: { readonly seconds?: number; readonly strategy?: 'canary' } = {},
): Promise<VerdictOfRelease[]> {
  const { seconds = endS, ...strategy } = over
  const lines = files.map(({ versions, ...told }) =>
    metricLines({
      ...told,
      startMs,
      seconds,
      versions: versions.filter(({ fromS, toS }) => fromS < toS),
      temporality: 'delta',
    }),
  )
  const event = deploymentLine({ atMs: startMs + releasedS * 1000, version: '1.1', ...strategy })
  return toldVerdicts(await replayLines([...lines, [event]]), '1.1').map((told) => ({
    ...told,
    minute: (Date.parse(told.at) - startMs) / 60_000 - releasedS / minuteS,
  }))
}

export const namesOf = (told: readonly VerdictOfRelease[]) => told.map(({ verdict }) => verdict)

/** Minutes after the release; infinite without an alarm. */
export function alarmMinute(told: readonly VerdictOfRelease[]): number {
  return told.find(({ verdict }) => verdict === 'regressed')?.minute ?? Infinity
}
