/** What happened in an incident, in order of time: from the records alone, each with its instant. Pure. */
import type { Incident } from '../../contracts/incident.ts'
import { share } from './figures.ts'
import { shortName } from './cause.ts'
import { signalName } from './signal-words.ts'
import { headlineOf } from './sentences.ts'
import { age, duration } from './time.ts'
import { byText, isOpen, versionOf } from './verdict.ts'

export interface Happening {
  readonly at: string
  readonly strong: string
  readonly rest: string
  /** A decision of Culprit's or a person's, not an observation. */
  readonly decided: boolean
}

const rolloutMax = 6

export function happeningsOf(incident: Incident): Happening[] {
  const headline = headlineOf(incident)
  const found: Happening[] = []
  if (headline !== null) {
    const { release, signal } = headline
    const version = versionOf(release)
    const [first, ...steps] = release.rollout
    const start =
      first !== undefined && first.share > 0 && first.share < 1
        ? ` with ${share(first.share)} of traffic`
        : ''
    found.push(seen(release.startedAt, `${version} starts`, start))
    for (const step of steps.slice(-rolloutMax))
      found.push(seen(step.at, `${version} goes to ${share(step.share)}`, ''))
    if (signal?.onset != null) {
      const { at, from, to } = signal.onset
      const margin = Math.max(Date.parse(to) - Date.parse(at), Date.parse(at) - Date.parse(from))
      const about = margin >= 1000 ? `, ${age(margin)} more or less` : ''
      found.push(seen(at, onsetWord(signalName(signal)), about))
    }
  }
  const startMs = headline === null ? Number.NaN : Date.parse(headline.release.startedAt)
  const after = Date.parse(incident.openedAt) - startMs
  found.push({
    at: incident.openedAt,
    strong: 'Incident opened',
    rest: after > 0 ? `, ${duration(after)} after the start` : '',
    decided: true,
  })
  found.push({ at: incident.updatedAt, ...latest(incident), decided: true })
  return found.sort((a, b) => byText(a.at, b.at))
}

function seen(at: string, strong: string, rest: string): Happening {
  return { at, strong, rest, decided: false }
}

export function onsetWord(signal: string): string {
  return signal.endsWith('s') ? `${signal} begin` : `${signal} begins to change`
}

function latest(incident: Incident): Pick<Happening, 'strong' | 'rest'> {
  const { state, resolution, naming, suspects } = incident
  if (!isOpen(incident)) {
    const how = resolution === null ? '' : `: ${resolution.replaceAll('-', ' ')}`
    return { strong: state === 'resolved' ? 'Resolved' : 'Recovered', rest: how }
  }
  const percent = Math.min(99, Math.round(naming.probability * 100))
  const first = suspects.find(({ id }) => id !== null && naming.ids.includes(id))
  switch (naming.kind) {
    case 'change':
      return {
        strong: 'Change named',
        rest: `: ${first ? shortName(first) : naming.ids[0]} with ${percent} %`,
      }
    case 'set':
      return {
        strong: 'Narrowed down',
        rest:
          naming.ids.length === 1
            ? `: ${first ? shortName(first) : naming.ids[0]}, ${percent} %`
            : `: one of ${naming.ids.length} changes, ${percent} %`,
      }
    case 'release':
      return { strong: 'Named', rest: `: the release, ${percent} %` }
    case 'external':
      return { strong: 'Named', rest: `: a cause outside any release, ${percent} %` }
    case 'nobody':
      return { strong: 'Looked at', rest: ': no cause stands out yet' }
  }
}
