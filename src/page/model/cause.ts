/**
 * Who is named and with which chances. The naming's kind decides the words: a set has none in front, `nobody`
 * names nothing. Chances are whole percent that add up, `<1 %` for the rest, never 100 %. Pure.
 */
import type { Incident, Suspect } from '../../contracts/incident.ts'
import { chance, chanceOf } from './figures.ts'
import { roundTogether } from './largest-remainder.ts'
import { clockTime, type Zone } from './time.ts'

export interface NamedCause {
  /** The line above: `Most likely cause`. */
  readonly label: string
  /** One title, or the titles of a set, none in front. */
  readonly titles: readonly string[]
  /** Null where nobody is named. */
  readonly chance: string | null
  /** The suspect behind a single name. */
  readonly suspect: Suspect | null
}

export function namedCause(incident: Incident, zone: Zone): NamedCause {
  const { naming, suspects } = incident
  const named = suspects.filter(({ id }) => id !== null && naming.ids.includes(id))
  const first = named[0] ?? null
  switch (naming.kind) {
    case 'change':
      return cause(
        'Most likely cause',
        [first?.title ?? naming.ids[0] ?? 'a change'],
        naming,
        first,
      )
    case 'set': {
      const titles = named.map(({ title }) => title)
      return cause(
        naming.ids.length === 1
          ? 'Likely cause so far'
          : `One of these ${naming.ids.length} changes`,
        titles,
        naming,
        naming.ids.length === 1 ? first : null,
      )
    }
    case 'release': {
      const version = releaseVersion(incident, naming.ids[0])
      return cause('Most likely cause', [`Something in ${version}`], naming, first)
    }
    case 'external':
      return cause('Most likely cause', ['A cause outside any release'], naming, null)
    case 'nobody': {
      const again = clockTime(Date.parse(incident.openedAt) + recheckMs(incident), zone)
      const title = `Not clear yet. Looked at again at ${again}.`
      return { label: 'Most likely cause', titles: [title], chance: null, suspect: null }
    }
  }
}

function cause(
  label: string,
  titles: readonly string[],
  naming: Incident['naming'],
  suspect: Suspect | null,
): NamedCause {
  return { label, titles, chance: chance(naming.probability), suspect }
}

/** Suspects are ranked at the alert, 3 and 10 minutes after it. */
function recheckMs({ openedAt, updatedAt }: Incident): number {
  return Date.parse(updatedAt) - Date.parse(openedAt) < 180_000 ? 180_000 : 600_000
}

function releaseVersion({ regressions }: Incident, id: string | undefined): string {
  const release = regressions.find((each) => each.release.id === id)?.release
  return release?.version ?? release?.revision?.slice(0, 7) ?? 'this release'
}

export interface Chance {
  readonly key: string
  readonly kind: 'first' | 'next' | 'external' | 'unobserved' | 'rest'
  readonly text: string
  readonly name: string
  readonly share: number
}

const listedMax = 3

/** The bar's parts, in order: suspects by chance, the others together, outside, unseen. */
export function chancesOf(suspects: readonly Suspect[]): Chance[] {
  const known = suspects.filter(({ kind }) => kind !== 'external' && kind !== 'unobserved')
  const listed = known.filter(
    ({ probability }, i) => i < listedMax && (i === 0 || probability >= 0.005),
  )
  const rest = known.slice(listed.length)
  const parts: Omit<Chance, 'text'>[] = listed.map((suspect, i) => ({
    key: suspect.id ?? String(suspect.rank),
    kind: i === 0 ? 'first' : 'next',
    name: i === 0 ? shortName(suspect) : suspect.title,
    share: suspect.probability,
  }))
  if (rest.length > 0) {
    const sum = rest.reduce((total, { probability }) => total + probability, 0)
    const name = rest.length === 1 ? 'one other together' : `${rest.length} others together`
    parts.push({
      key: 'rest',
      kind: 'rest',
      name: name.replace(' together', rest.length === 1 ? '' : ' together'),
      share: sum,
    })
  }
  for (const kind of ['external', 'unobserved'] as const) {
    const suspect = suspects.find((each) => each.kind === kind)
    if (suspect !== undefined)
      parts.push({ key: kind, kind, name: hypothesisName(suspect), share: suspect.probability })
  }
  const percents = roundTogether(
    parts.map((part) => part.share),
    0.01,
  )
  return parts.map((part, i) => ({ ...part, text: chanceOf(Math.round(percents[i]! * 100)) }))
}

/** The chance as the bar above says it, so that one suspect never has two. */
export function chanceIn(suspects: readonly Suspect[], suspect: Suspect): string {
  const key =
    suspect.kind === 'external' || suspect.kind === 'unobserved' ? suspect.kind : suspect.id
  return chancesOf(suspects).find((part) => part.key === key)?.text ?? chance(suspect.probability)
}

export function hypothesisName({ kind, title }: Pick<Suspect, 'kind' | 'title'>): string {
  if (kind === 'external') return 'outside any release'
  if (kind === 'unobserved') return 'a change we cannot see'
  return title
}

/** `#812` of `Cache cart totals (#812)`, else the title itself: what a column is headed with. */
export function shortName(suspect: Pick<Suspect, 'kind' | 'title' | 'revision'>): string {
  const number = /\(#(\d+)\)\s*$/.exec(suspect.title)?.[1]
  if (number !== undefined) return `#${number}`
  if (suspect.kind === 'external') return 'Outside'
  if (suspect.kind === 'unobserved') return 'A change'
  if (suspect.kind === 'change' && suspect.revision !== null) return suspect.revision.slice(0, 7)
  return suspect.title
}

/** The second line of a column's head. */
export function longName(suspect: Pick<Suspect, 'kind' | 'title' | 'revision'>): string {
  if (suspect.kind === 'external') return 'any release'
  if (suspect.kind === 'unobserved') return 'we cannot see'
  const rest = suspect.title.replace(/\s*\(#\d+\)\s*$/, '')
  return rest === shortName(suspect) ? '' : rest
}
