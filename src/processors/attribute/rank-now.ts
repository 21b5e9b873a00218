/**
 * The suspects of an incident as its evidence stands: every release in reach of the onset, less those that
 * had gone before it, put to the ranking of core. Probabilities in [0, 1]; instants in ms since the epoch.
 * Source: attribution reference, sections 2 and 9.
 */
import type { Naming, Suspect } from '../../contracts/incident.ts'
import { sameOnsetMs } from '../../core/attribution/parameters.ts'
import { rank, type Ranking as CauseRanking } from '../../core/attribution/rank.ts'
import type { AttributionInput } from '../../core/attribution/types.ts'
import { toSuspects } from '../../core/response/suspects.ts'
import { laterRelease } from './later-release.ts'
import { attributionInput, releasesInReach } from './question.ts'
import type { AttributeSettings } from './settings.ts'
import type { EnvironmentState, ReleaseEntry } from './state.ts'

const suspectsMax = 30
/** Onsets are known to a bucket, and exposures begin inside one. */
const goneToleranceMs = 60_000

export interface Ranking {
  /** Probability mass of each release: its changes' together. */
  readonly mass: ReadonlyMap<string, number>
  readonly suspects: Suspect[]
  readonly naming: Naming
  readonly input: AttributionInput
}

/**
 * When it began, as several releases show it: an onset is likeliest at its release's own start before any
 * data, so of those that are one moment the latest is the least drawn away from the truth.
 */
export function onsetTogether(releases: readonly ReleaseEntry[], onsetMs: number): number {
  const others = releases.flatMap(({ verdict }) => verdict.onsetMs ?? [])
  return Math.max(onsetMs, ...others.filter((atMs) => Math.abs(atMs - onsetMs) <= sameOnsetMs))
}

export function rankNow(
  state: EnvironmentState,
  regressed: readonly ReleaseEntry[],
  onsetMs: number,
  afterMs: number,
  settings: AttributeSettings,
): Ranking {
  const services = regressed.map(({ finding }) => finding.service)
  const reach = releasesInReach(state, services, onsetMs, settings.lookBackMs).filter(
    (entry) => regressed.includes(entry) || !wasGone(state, entry, onsetMs),
  )
  for (const entry of regressed) if (!reach.includes(entry)) reach.push(entry)
  const input = attributionInput(state, reach, onsetMs)
  const ranking = rank(input, { afterMs })
  const findings = reach.map(({ finding }) => finding)
  const suspects = toSuspects(ranking.suspects, findings).slice(0, suspectsMax)
  return { mass: massOf(ranking, input), suspects, naming: ranking.naming, input }
}

/** Another release of the service had taken over before the onset: its code was not running any more. */
function wasGone(state: EnvironmentState, entry: ReleaseEntry, onsetMs: number): boolean {
  if (entry.finding.phase !== 'superseded') return false
  const exposedAtMs = laterRelease(state, entry)?.finding.exposedAtMs ?? null
  return exposedAtMs !== null && exposedAtMs <= onsetMs + goneToleranceMs
}

function massOf(ranking: CauseRanking, input: AttributionInput): Map<string, number> {
  const mass = new Map<string, number>()
  for (const { id, units } of input.candidates) {
    const probability = ranking.posterior.candidates.get(id) ?? 0
    for (const unit of units) mass.set(unit, (mass.get(unit) ?? 0) + probability)
  }
  return mass
}
