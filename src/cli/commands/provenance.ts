/** `culprit provenance REPO`: who and what wrote the history, or what the rules say of one commit. */
import type { Change } from '../../contracts/change.ts'
import { UsageError } from '../../core/kernel/errors.ts'
import { summarise } from '../../core/provenance/summary.ts'
import { readPullFile } from '../changes/pull-requests.ts'
import { gitHistory, type HistoryQuestion, readHistory } from '../changes/read-history.ts'
import { configure } from '../configure.ts'
import { provenanceChart } from '../provenance/chart.ts'
import { explainCommit } from '../provenance/explain-commit.ts'
import { provenanceTable } from '../provenance/table.ts'
import { writeOut } from '../write-out.ts'

export interface ProvenanceFlags {
  readonly config?: string
  readonly set: readonly string[]
  readonly since?: number
  readonly revision: string
  readonly explain?: string
  readonly format: 'table' | 'json' | 'svg'
  readonly json: boolean
  readonly pr?: string
}

export async function runProvenance(path: string, flags: ProvenanceFlags): Promise<void> {
  const { config } = configure(flags)
  const pulls = readPullFile(flags.pr)
  const question = { path, blame: false, provenance: config.provenance, pulls }
  const format = flags.json && flags.format === 'table' ? 'json' : flags.format
  if (flags.explain !== undefined) {
    if (format === 'svg') throw new UsageError('--explain is told as a table or as JSON')
    const change = await changeOf(question, flags.explain, flags.revision)
    writeOut(format === 'json' ? `${JSON.stringify(change)}\n` : explainCommit(change))
    return
  }
  const sinceMs = flags.since ?? null
  const range = { from: null, to: flags.revision, ...(sinceMs === null ? {} : { sinceMs }) }
  const { changes, delta, repository, counts } = await readHistory(question, range)
  const { host, owner, name } = repository
  const { completeness } = delta
  const summary = summarise({
    changes,
    repository: [host, owner, name].filter((part) => part !== '').join('/'),
    revision: delta.revision,
    sinceMs,
    notes: { read: counts.notesRead, refused: counts.notesRefused },
    completeness:
      completeness === 'truncated' || completeness === 'shallow' ? completeness : 'complete',
  })
  if (format === 'json') writeOut(`${JSON.stringify(summary)}\n`)
  else writeOut(format === 'svg' ? provenanceChart(summary) : provenanceTable(summary))
}

/** With what came after it, for a merge may say more of what it brought. */
async function changeOf(question: HistoryQuestion, sha: string, head: string): Promise<Change> {
  const alone = await readHistory(question, { from: `${sha}^`, to: sha }).catch(
    (error: unknown) => {
      // The first commit of a history has no parent.
      if (error instanceof UsageError) return readHistory(question, { from: null, to: sha })
      throw error
    },
  )
  const { revision, previousRevision = null } = alone.delta
  const own = alone.changes.find((change) => change.sha === revision)
  const later = await gitHistory(question).changes({ from: previousRevision, to: head })
  const among =
    later.outcome === 'read' ? later.changes.find(({ sha: each }) => each === revision) : undefined
  const change = among ?? own
  if (change === undefined) throw new UsageError(`no change at ${JSON.stringify(sha)}`)
  return change
}
