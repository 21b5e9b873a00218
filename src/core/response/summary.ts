/** What people read under the title, in this order: what got worse, which change, how sure, what to do. */
import type { ReleaseFinding } from '../../contracts/findings.ts'
import type { Incident, Naming, Suspect } from '../../contracts/incident.ts'
import type { Rollback } from '../../contracts/rollback.ts'
import { formatInstant } from '../kernel/instant.ts'

export interface SummaryFacts {
  readonly release: ReleaseFinding
  readonly clause: string
  readonly naming: Naming
  readonly suspects: readonly Suspect[]
  readonly suggestion: Rollback | null
  readonly state: Incident['state']
}

export function summaryOf(facts: SummaryFacts): string {
  const { release, clause, suggestion, state } = facts
  const version = release.version ?? release.commit?.slice(0, 12) ?? 'the release'
  const since = `since ${version} came up at ${formatInstant(release.exposedAtMs ?? release.startedAtMs).slice(11, 19)} UTC`
  const worse = `${capital(clause)} ${since}.`
  const todo =
    state === 'recovered' || state === 'resolved'
      ? 'It is back to usual.'
      : suggestion === null
        ? ''
        : `Suggested: go back to ${suggestion.to.version ?? suggestion.to.revision?.slice(0, 12) ?? 'the version before'}.`
  return [worse, who(facts), todo].filter((sentence) => sentence !== '').join(' ')
}

function who({ naming, suspects }: SummaryFacts): string {
  const chance = percent(naming.probability)
  const named = suspects.filter(({ id }) => id !== null && naming.ids.includes(id))
  switch (naming.kind) {
    case 'change':
      return `Likely cause: ${named[0]?.title ?? naming.ids[0]} (${chance}).`
    case 'set':
      return naming.ids.length === 1
        ? `Likely cause so far: ${named[0]?.title ?? naming.ids[0]} (${chance}).`
        : `One of ${naming.ids.length} changes (${chance} together).`
    case 'release':
      return `Something in this release (${chance}).`
    case 'external':
      return `The cause is likely outside any release (${chance}).`
    case 'nobody':
      return 'No cause stands out yet.'
  }
}

function percent(probability: number): string {
  const whole = Math.round(probability * 100)
  return whole >= 100 ? '99 %' : whole < 1 ? '<1 %' : `${whole} %`
}

/** A name of a metric stays as it was sent. */
function capital(text: string): string {
  if (!/^[a-z]+(?= )/.test(text)) return text
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
