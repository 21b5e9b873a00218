/** Joins the records beside a history to its commits: trace edits, checkpoints, pull requests. Pure. */
import { ownersOfFiles, readCodeOwners } from './code-owners.ts'
import type { CommitFacts, LinkedFacts, SquashedFacts } from './commit-facts.ts'
import { checkpointIdsOf, readCheckpoint } from './entire.ts'
import { linkPulls } from './link-pulls.ts'
import { linkTraces, type TraceText } from './link-traces.ts'
import type { PullFacts } from './pull-request.ts'

export interface Records {
  readonly traces: readonly TraceText[]
  readonly checkpoints: ReadonlyMap<string, readonly string[]>
  readonly pulls: readonly PullFacts[]
  readonly codeOwners: string | null
  readonly squashes: ReadonlyMap<string, SquashedFacts>
}

/** `commits` newest first; commits without any record have no entry. */
export function linkRecords(
  commits: readonly CommitFacts[],
  { traces, checkpoints, pulls, codeOwners, squashes }: Records,
): ReadonlyMap<string, LinkedFacts> {
  const edits = linkTraces(commits, traces)
  const pullOf = linkPulls(commits, pulls)
  const ownersOf = codeOwners === null ? null : readCodeOwners(codeOwners)
  const linked = new Map<string, LinkedFacts>()
  for (const { sha, message, files } of commits) {
    const ids = checkpoints.size === 0 ? [] : checkpointIdsOf(message)
    const own = ids.flatMap((id) => readCheckpoint(id, checkpoints.get(id) ?? []) ?? [])
    const paths = files.map(({ path }) => path)
    const facts: LinkedFacts = {
      edits: edits.get(sha) ?? [],
      checkpoints: own,
      pull: pullOf.get(sha) ?? null,
      squashed: squashes.get(sha) ?? null,
      owners: ownersOf === null ? [] : ownersOfFiles(paths, ownersOf),
    }
    const { edits: found, pull, squashed, owners } = facts
    const said = found.length + own.length + owners.length > 0
    if (said || pull !== null || squashed !== null) linked.set(sha, facts)
  }
  return linked
}
