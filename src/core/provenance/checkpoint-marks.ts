/**
 * What the metadata of Entire checkpoints adds to their trailers: the agents, and how many lines were theirs (rule
 * C1). A trailer without metadata stays what the message says (C2). Source: provenance reference, section 17.
 */
import type { CommitFacts } from './commit-facts.ts'
import { type Checkpoint, type CheckpointSession, checkpointIdsOf } from './entire.ts'
import type { Mark } from './mark.ts'
import { agentOf, toolNamed } from './models.ts'
import { countLines } from './ranges.ts'

const trailerRule = 'C2'

export function withCheckpoints(
  marks: readonly Mark[],
  commit: CommitFacts,
  aliases: Readonly<Record<string, string>>,
): Mark[] {
  const known = new Map((commit.linked?.checkpoints ?? []).map((each) => [each.id, each]))
  if (known.size === 0) return [...marks]
  const counted = new Set<string>()
  return marks.flatMap((mark) => {
    if (mark.evidence.rule !== trailerRule) return [mark]
    const id = checkpointIdsOf(mark.evidence.excerpt ?? '')[0]
    const checkpoint = id === undefined ? undefined : known.get(id)
    if (checkpoint === undefined) return [mark]
    // Named in a section and again in the tail, its lines are counted once.
    const again = counted.has(checkpoint.id)
    counted.add(checkpoint.id)
    return marksOf(checkpoint, mark, { commit, aliases, again })
  })
}

interface Place {
  readonly commit: CommitFacts
  readonly aliases: Readonly<Record<string, string>>
  readonly again: boolean
}

function marksOf(checkpoint: Checkpoint, trailer: Mark, { commit, aliases, again }: Place): Mark[] {
  const sessions: readonly CheckpointSession[] =
    checkpoint.sessions.length > 0
      ? checkpoint.sessions
      : [{ id: null, agent: null, model: null, agentLines: null, files: [] }]
  return sessions.map(({ id, agent, model, agentLines, files }) => {
    const counted = agentLines === null ? null : capped(agentLines, commit, files)
    return {
      evidence: { ...trailer.evidence, rule: 'C1', confidence: counted === 0 ? 0 : 0.95 },
      order: trailer.order,
      agent: agentOf(toolNamed(agent ?? ''), model, aliases),
      session: id === null ? null : { id, traceIds: [] },
      section: trailer.section,
      ...(counted === null || again ? {} : { counted }),
    }
  })
}

/** No more than the commit added to the files that the session touched. */
function capped(lines: number, commit: CommitFacts, touched: readonly string[]): number {
  const files = commit.files.filter(({ path }) => touched.length === 0 || touched.includes(path))
  const added = files.reduce((sum, file) => sum + countLines(file.added), 0)
  return Math.min(lines, added)
}
