/**
 * `culprit releases`: every release with its verdict, from the running server or a replay's output; and backwards from
 * a session, a model or a tool: the releases that its changes were in, with the incidents that they had a part in.
 */
import type { Provenance } from '../../contracts/change.ts'
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import { formatServiceKey } from '../../core/kernel/service-key.ts'
import { Client } from '../client/client.ts'
import { incidentsIn, readReplay, releasesIn } from '../client/replay-file.ts'
import { print, printJson, table } from '../client/text.ts'

export interface WriterQuestion {
  readonly session?: string
  readonly model?: string
  readonly tool?: string
}

export interface ReleasesFlags extends WriterQuestion {
  readonly url?: string
  readonly from?: string
  readonly service?: string
  readonly json: boolean
}

export interface WrittenRelease extends Release {
  /** Incidents in which the release regressed, or a change of it by that writer is a suspect. */
  readonly incidents: readonly string[]
}

export async function runReleases(flags: ReleasesFlags): Promise<void> {
  const all = await releasesOf(flags)
  const { session, model, tool } = flags
  const shown = all.filter(
    ({ service }) => flags.service === undefined || formatServiceKey(service) === flags.service,
  )
  if (session === undefined && model === undefined && tool === undefined) return show(shown, flags)
  return show(writtenBy(shown, await incidentsOf(flags), flags), flags)
}

/** The releases that hold changes of a session, a model or a tool; all that is asked must hold of one agent. */
export function writtenBy(
  releases: readonly Release[],
  incidents: readonly Incident[],
  question: WriterQuestion,
): WrittenRelease[] {
  const byWriter = ({ agents, sessions }: Provenance): boolean =>
    agents.some((agent, at) =>
      isWriter(question, {
        tool: agent.tool,
        model: agent.model ?? null,
        sessions: sessions.filter((each) => each.agent === at).map(({ id }) => id),
      }),
    )
  return releases
    .filter(({ changes }) => changes.agents?.some((agent) => isWriter(question, agent)) ?? false)
    .map((release) => ({
      ...release,
      incidents: incidents
        .filter(
          ({ regressions, suspects }) =>
            regressions.some((each) => each.release.id === release.id) ||
            suspects.some(
              (each) =>
                each.release === release.id &&
                each.provenance !== null &&
                byWriter(each.provenance),
            ),
        )
        .map(({ id }) => id),
    }))
}

interface Writer {
  readonly tool: string
  readonly model: string | null
  readonly sessions: readonly string[]
}

function isWriter({ session, model, tool }: WriterQuestion, writer: Writer): boolean {
  const wanted = model?.toLowerCase()
  const isModel =
    wanted === undefined || writer.model === wanted || writer.model?.endsWith(`/${wanted}`) === true
  const isTool = tool === undefined || writer.tool === tool.toLowerCase()
  return isModel && isTool && (session === undefined || writer.sessions.includes(session))
}

async function releasesOf({ url, from }: ReleasesFlags): Promise<Release[]> {
  return from === undefined
    ? new Client(url).list<Release>('/v1/releases')
    : releasesIn(readReplay(from))
}

async function incidentsOf({ url, from }: ReleasesFlags): Promise<Incident[]> {
  return from === undefined
    ? new Client(url).list<Incident>('/v1/incidents?state=all')
    : incidentsIn(readReplay(from))
}

function show(releases: readonly (Release | WrittenRelease)[], { json }: ReleasesFlags): void {
  if (json) return printJson(releases)
  if (releases.length === 0) return print('No release.')
  const backwards = releases.some((release) => 'incidents' in release)
  table(
    [
      'RELEASE',
      'SERVICE',
      'VERSION',
      'STARTED',
      'VERDICT',
      ...(backwards ? ['INCIDENTS'] : []),
      'REASON',
    ],
    releases.map((release) => [
      release.id,
      formatServiceKey(release.service),
      release.version ?? '-',
      release.startedAt,
      release.verdict,
      ...('incidents' in release ? [release.incidents.join(', ') || '-'] : []),
      release.reason,
    ]),
  )
}
