/** `culprit changes REPO FROM..TO`: what a release contains, and who or what wrote it. */
import { UsageError } from '../../core/kernel/errors.ts'
import type { ReleaseDelta } from '../../contracts/change.ts'
import { readPullFile } from '../changes/pull-requests.ts'
import { readHistory } from '../changes/read-history.ts'
import { changesTable } from '../changes/table.ts'
import { configure } from '../configure.ts'
import { writeOut } from '../write-out.ts'

export interface ChangesFlags {
  readonly config?: string
  readonly set: readonly string[]
  readonly format: 'table' | 'json' | 'ndjson'
  readonly json: boolean
  readonly blame: boolean
  readonly pr?: string
}

export async function runChanges(path: string, range: string, flags: ChangesFlags): Promise<void> {
  const { config } = configure(flags)
  const { provenance } = config
  const question = { path, blame: flags.blame, provenance, pulls: readPullFile(flags.pr) }
  const history = await readHistory(question, parseRange(range))
  const changes = history.changes.toReversed()
  // No deployment is asked about here: the delta is of no service.
  const delta: ReleaseDelta = { service: '-', environment: '-', ...history.delta }
  const format = flags.json && flags.format === 'table' ? 'json' : flags.format
  if (format === 'json') writeOut(`${JSON.stringify({ delta, changes, counts: history.counts })}\n`)
  else if (format === 'ndjson')
    for (const change of changes) writeOut(`${JSON.stringify(change)}\n`)
  else writeOut(changesTable({ ...history, delta, changes }))
}

export function parseRange(text: string): { readonly from: string; readonly to: string } {
  const at = text.indexOf('..')
  const [from, to] = [text.slice(0, at), text.slice(at + 2)]
  if (at < 1 || to === '' || to.startsWith('.')) {
    throw new UsageError(`expected FROM..TO, got ${JSON.stringify(text)}`)
  }
  return { from, to }
}
