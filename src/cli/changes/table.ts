/**
 * The changes of a release as people read them: a line a change, newest first, then what they add up to. No
 * colour.
 */
import type { Change, Provenance, ReleaseDelta } from '../../contracts/change.ts'
import { alignedTable, plainText } from './aligned-table.ts'
import type { HistoryCounts } from '../../ports/git-history.ts'

export interface TableFacts {
  readonly delta: ReleaseDelta
  readonly changes: readonly Change[]
  readonly counts: HistoryCounts
}

const subjectMax = 60

export function changesTable({ delta, changes, counts }: TableFacts): string {
  const rows = changes.map(rowOf)
  const head = ['commit', 'provenance', 'lines', 'files', 'subject']
  const lines = changes.length === 0 ? [] : alignedTable([head, ...rows])
  return [...lines, ...footer(delta, changes, counts)].map((text) => `${text}\n`).join('')
}

function rowOf(change: Change): string[] {
  const { sha, provenance, linesAdded, linesDeleted, files, subject, kind } = change
  const shown = plainText(subject)
  const title = shown.length > subjectMax ? `${shown.slice(0, subjectMax - 1)}…` : shown
  return [
    sha.slice(0, 10),
    label(provenance, kind),
    `+${linesAdded} -${linesDeleted}`,
    String(files.length),
    title,
  ]
}

/** `ai claude-code 12-40`: the state, the tools, and how many of the added lines an AI wrote. */
function label({ state, agents, lines }: Provenance, kind: Change['kind']): string {
  const tools = [...new Set(agents.map(({ tool }) => tool))].filter((tool) => tool !== 'unknown')
  const [lower, upper] = lines.ai
  const count = upper === 0 ? '' : lower === upper ? `${lower}` : `${lower}-${upper}`
  const counted = count === '' ? '' : `${count} lines`
  const named = kind === 'commit' ? '' : `(${kind})`
  return [state, tools.join('+'), counted, named].filter((part) => part !== '').join(' ')
}

function footer(
  delta: ReleaseDelta,
  changes: readonly Change[],
  { notesRead, notesRefused, filesNotBlamed }: HistoryCounts,
): string[] {
  const states = new Map<string, number>()
  for (const { provenance } of changes) {
    states.set(provenance.state, (states.get(provenance.state) ?? 0) + 1)
  }
  const summary = [...states]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([state, count]) => `${count} ${state}`)
  const counted = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`
  const removed = delta.removed.length > 0 ? `, ${delta.removed.length} removed` : ''
  const lines = [
    `${counted}${summary.length > 0 ? `: ${summary.join(', ')}` : ''}${removed}; history ${delta.completeness}`,
  ]
  if (states.has('unknown')) {
    lines.push('unknown means that no mark was found, never that a person wrote it')
  }
  if (notesRead + notesRefused > 0) {
    lines.push(`${notesRead} AI notes read, ${notesRefused} could not be read`)
  }
  if (filesNotBlamed > 0) lines.push(`${filesNotBlamed} files without lines at the head`)
  return lines
}
