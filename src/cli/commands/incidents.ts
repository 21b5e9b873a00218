/** `culprit incidents` and `culprit releases`: what was found, from the running server or a replay's output. */
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import { formatServiceKey } from '../../core/kernel/service-key.ts'
import { Client } from '../client/client.ts'
import { incidentsIn, readReplay, releasesIn } from '../client/replay-file.ts'
import { chance, print, printJson, table } from '../client/text.ts'

export interface ListFlags {
  readonly url?: string
  readonly from?: string
  readonly state: string
  readonly service?: string
  readonly json: boolean
}

export async function runIncidents(flags: ListFlags): Promise<void> {
  const all =
    flags.from === undefined
      ? await new Client(flags.url).list<Incident>('/v1/incidents?state=all')
      : incidentsIn(readReplay(flags.from))
  const open = ({ state }: Incident) => state === 'open' || state === 'mitigating'
  const shown = flags.state === 'all' ? all : all.filter(open)
  if (flags.json) return printJson(shown)
  if (shown.length === 0) return print(flags.state === 'all' ? 'No incident.' : 'No open incident.')
  table(
    ['INCIDENT', 'STATE', 'SEVERITY', 'SINCE', 'CHANCE', 'TITLE'],
    shown.map((incident) => [
      incident.id,
      incident.state,
      incident.severity,
      incident.onsetAt,
      chance(incident.naming.probability),
      incident.title,
    ]),
  )
}

export async function runReleases(flags: ListFlags): Promise<void> {
  const all =
    flags.from === undefined
      ? await new Client(flags.url).list<Release>('/v1/releases')
      : releasesIn(readReplay(flags.from))
  const shown = all.filter(
    ({ service }) => flags.service === undefined || formatServiceKey(service) === flags.service,
  )
  if (flags.json) return printJson(shown)
  if (shown.length === 0) return print('No release.')
  table(
    ['RELEASE', 'SERVICE', 'VERSION', 'STARTED', 'VERDICT', 'REASON'],
    shown.map((release) => [
      release.id,
      formatServiceKey(release.service),
      release.version ?? '-',
      release.startedAt,
      release.verdict,
      release.reason,
    ]),
  )
}
