/**
 * Shows people as the setting `provenance.people` wants them: `names`, `hashed` (one hash a person, so that what
 * one did stays joined), or `none`. Agents and automation are no people and keep their names. Pure.
 */
import type { Change, Identity } from '../../contracts/change.ts'
import { hashFacts } from '../kernel/ids.ts'

export type People = 'names' | 'hashed' | 'none'

export function showPeople(change: Change, people: People): Change {
  if (people === 'names') return change
  const shown = (identity: Identity): Identity => {
    if (identity.class === 'agent' || identity.class === 'automation') return identity
    const { class: kind } = identity
    if (people === 'none') return { name: '', email: '', class: kind }
    const hash = `person-${hashFacts(['person', identity.email.toLowerCase() || identity.name])}`
    return { name: hash, email: '', class: kind }
  }
  const named = (name: string): string => `person-${hashFacts(['person', name.toLowerCase()])}`
  const { provenance, owners, pr, ...rest } = change
  return {
    ...rest,
    ...(owners === undefined || people === 'none' ? {} : { owners: owners.map(named) }),
    ...(pr === undefined ? {} : { pr: withoutPeople(pr, people, named) }),
    author: shown(change.author),
    committer: shown(change.committer),
    coAuthors: change.coAuthors.map(shown),
    provenance: {
      ...provenance,
      sessions: provenance.sessions.map(({ humanDirector, ...session }) =>
        humanDirector === undefined || people === 'none'
          ? session
          : {
              ...session,
              humanDirector: `person-${hashFacts(['person', addressOf(humanDirector)])}`,
            },
      ),
    },
  }
}

function withoutPeople(
  { author, reviewers, ...pr }: NonNullable<Change['pr']>,
  people: People,
  named: (name: string) => string,
): NonNullable<Change['pr']> {
  if (people === 'none') return pr
  return {
    ...pr,
    ...(author === undefined ? {} : { author: named(author) }),
    ...(reviewers === undefined ? {} : { reviewers: reviewers.map(named) }),
  }
}

function addressOf(person: string): string {
  return (/<([^<>]*)>/.exec(person)?.[1] ?? person).trim().toLowerCase()
}
