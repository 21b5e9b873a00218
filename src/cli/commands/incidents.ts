/** `culprit incidents`: what broke, from the running server or a replay's output. */
import type { Incident } from '../../contracts/incident.ts'
import { Client } from '../client/client.ts'
import { incidentsIn, readReplay } from '../client/replay-file.ts'
import { chance, print, printJson, table } from '../client/text.ts'

export interface ListFlags {
  readonly url?: string
  readonly from?: string
  readonly state: string
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
