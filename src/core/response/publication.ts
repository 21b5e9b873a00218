/**
 * When an incident is published (contract section 8): when it opens, its state changes, severity rises,
 * the naming changes, a suggestion appears, changes or is withdrawn; else at most every 10 min, if the
 * first suspect's probability moved by .1 or the effect by 25 %. Nothing else makes a revision.
 */
import type { Incident } from '../../contracts/incident.ts'

const quietForMs = 600_000

export type Publication =
  | { readonly publish: false }
  | { readonly publish: true; readonly why: string }

/** `before.revision` 0: never published. */
export function isWorthPublishing(before: Incident, now: Incident): Publication {
  if (before.revision === 0) return { publish: true, why: 'opened' }
  if (before.state !== now.state) return { publish: true, why: `now ${now.state}` }
  if (before.severity !== now.severity) return { publish: true, why: `now ${now.severity}` }
  if (namingKey(before) !== namingKey(now)) return { publish: true, why: 'another naming' }
  if (suggestionKey(before) !== suggestionKey(now))
    return { publish: true, why: 'another suggestion' }
  if (Date.parse(now.updatedAt) - Date.parse(before.updatedAt) < quietForMs)
    return { publish: false }
  const moved = Math.abs(firstProbability(before) - firstProbability(now)) >= 0.1
  if (moved) return { publish: true, why: 'first suspect moved' }
  const [was, is] = [firstEffect(before), firstEffect(now)]
  if (was !== null && is !== null && Math.abs(Math.log(is / was)) >= Math.log(1.25)) {
    return { publish: true, why: 'effect moved' }
  }
  return { publish: false }
}

function namingKey({ naming }: Incident): string {
  return JSON.stringify([naming.kind, [...naming.ids].sort()])
}

function suggestionKey({ suggestion }: Incident): string {
  return suggestion === null ? '' : `${suggestion.id} ${suggestion.revision} ${suggestion.state}`
}

function firstProbability({ suspects }: Incident): number {
  return suspects[0]?.probability ?? 0
}

function firstEffect({ regressions }: Incident): number | null {
  const ratio = regressions[0]?.signals[0]?.effect?.ratio
  return ratio !== undefined && ratio > 0 ? ratio : null
}
