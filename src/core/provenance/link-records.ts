/** Joins the records beside a history to its commits: trace edits, checkpoints, pull requests. Pure. */
import type { CommitFacts, LinkedFacts } from './commit-facts.ts'
import { checkpointIdsOf, readCheckpoint } from './entire.ts'
import { linkPulls } from './link-pulls.ts'
import { linkTraces, type TraceText } from './link-traces.ts'
import type { PullFacts } from './pull-request.ts'

export interface Records {
  readonly traces: readonly TraceText[]
  readonly checkpoints: ReadonlyMap<string, readonly string[]>
  readonly pulls: readonly PullFacts[]
}

/** `commits` newest first; commits without any record have no entry. */
export function linkRecords(
  commits: readonly CommitFacts[],
  { traces, checkpoints, pulls }: Records,
): ReadonlyMap<string, LinkedFacts> {
  const edits = linkTraces(commits, traces)
  const pullOf = linkPulls(commits, pulls)
  const linked = new Map<string, LinkedFacts>()
  for (const { sha, message } of commits) {
    const ids = checkpoints.size === 0 ? [] : checkpointIdsOf(message)
    const own = ids.flatMap((id) => readCheckpoint(id, checkpoints.get(id) ?? []) ?? [])
    const facts = {
      edits: edits.get(sha) ?? [],
      checkpoints: own,
      pull: pullOf.get(sha) ?? null,
      squashed: null,
    }
    if (facts.edits.length > 0 || own.length > 0 || facts.pull !== null) linked.set(sha, facts)
  }
  return linked
}
