/** `culprit explain ID`: why, with every piece of evidence. */
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import type { Signal } from '../../contracts/signal.ts'
import { UsageError } from '../../core/kernel/errors.ts'
import { formatServiceKey } from '../../core/kernel/service-key.ts'
import { Client } from '../client/client.ts'
import { incidentsIn, readReplay, releasesIn, type ReplayLine } from '../client/replay-file.ts'
import { signalText, evidenceUnit } from '../client/signal-text.ts'
import { incidentText, print, printJson, strong } from '../client/text.ts'

export interface ExplainFlags {
  readonly url?: string
  readonly from?: string
  readonly baselines: boolean
  readonly json: boolean
}

export async function runExplain(id: string, flags: ExplainFlags): Promise<void> {
  if (id.startsWith('inc_')) return explainIncident(id, flags)
  if (id.startsWith('rel_')) return explainRelease(id, flags)
  throw new UsageError(`${id} is no incident (inc_…) or release (rel_…)`)
}

async function explainIncident(id: string, flags: ExplainFlags): Promise<void> {
  const lines = flags.from === undefined ? null : readReplay(flags.from)
  const incident =
    lines === null
      ? await new Client(flags.url).get<Incident>(`/v1/incidents/${encodeURIComponent(id)}`)
      : incidentsIn(lines).find((each) => each.id === id)
  if (incident === undefined) throw new UsageError(`no incident ${id}`)
  if (flags.json) return printJson([incident])
  incidentText(incident)
  if (flags.baselines) printBaselines(id, lines)
}

function printBaselines(id: string, lines: readonly ReplayLine[] | null): void {
  const ranking = lines?.findLast((line) => line.type === 'ranking' && line['incident'] === id)
  print()
  if (ranking === undefined) {
    print(
      'What simpler rules would have said is in the ranking lines of a replay (--rankings, --from).',
    )
    return
  }
  print('What simpler rules would have said')
  for (const [rule, ids] of Object.entries(ranking['baselines'] as Record<string, string[]>)) {
    print(`  ${rule}: ${ids.length === 0 ? 'nothing' : ids.slice(0, 3).join(', ')}`)
  }
}

async function explainRelease(id: string, flags: ExplainFlags): Promise<void> {
  let release: Release | undefined
  let signals: readonly Signal[]
  let saidAt: string | null = null
  if (flags.from === undefined) {
    const client = new Client(flags.url)
    release = await client.get<Release>(`/v1/releases/${encodeURIComponent(id)}`)
    const detail = await client.get<{ signals: Signal[] }>(
      `/v1/releases/${encodeURIComponent(id)}/evidence`,
    )
    signals = detail.signals
    saidAt = release.verdictAt
  } else {
    const lines = readReplay(flags.from)
    release = releasesIn(lines).find((each) => each.id === id)
    const told = lines.findLast(
      (line) => line.type === 'verdict' && (line['release'] as Release).id === id,
    )
    saidAt = (told?.['at'] as string | undefined) ?? null
    signals = (told?.['signals'] as Signal[] | undefined) ?? []
  }
  if (release === undefined) throw new UsageError(`no release ${id}`)
  if (flags.json) return printJson([{ release, signals }])
  print(strong(`${formatServiceKey(release.service)} ${release.version ?? ''}: ${release.verdict}`))
  print(saidAt === null ? release.reason : `${saidAt}: ${release.reason}`)
  print(`${release.id} · ${release.origin} · ${release.strategy} · started ${release.startedAt}`)
  for (const signal of signals) print(`  ${signal.state.padEnd(12)} ${signalText(signal)}`)
  if (signals.length > 0) print(`  ${evidenceUnit}`)
}
