/**
 * Which commit each edit of the Agent Trace records in a repository's files belongs to. Pure.
 *
 * `revision` is what was checked out: first the commit itself is tried, then its children whose diff touches the
 * file. An edit without a revision belongs to the first commit after it whose diff holds its lines. What fits no
 * commit is left out. Source: provenance reference, section 3.4.
 */
import { readAgentTrace, type TraceEdit } from './agent-trace.ts'
import type { CommitFacts } from './commit-facts.ts'
import { insideOf, type LinkedEdit, pathIn } from './trace-claims.ts'

export interface TraceText {
  readonly path: string
  readonly text: string
}

type Node = Pick<CommitFacts, 'sha' | 'parents' | 'files' | 'committedAtMs'>

export function linkTraces(
  commits: readonly Node[],
  texts: readonly TraceText[],
): ReadonlyMap<string, readonly LinkedEdit[]> {
  const single = commits.filter(({ parents }) => parents.length < 2)
  const bySha = new Map(single.map((commit) => [commit.sha, commit]))
  const children = new Map<string, Node[]>()
  for (const commit of single) for (const parent of commit.parents) append(children, parent, commit)
  const byPath = new Map<string, Node[]>()
  for (const commit of single.toSorted((a, b) => a.committedAtMs - b.committedAtMs)) {
    for (const { path } of commit.files) append(byPath, path, commit)
  }
  const addedOf = new Map(
    single.map(({ sha, files }) => [sha, new Map(files.map(({ path, added }) => [path, added]))]),
  )
  const holds = ({ sha }: Node, edit: TraceEdit): boolean => {
    const added = addedOf.get(sha)!
    const path = pathIn(edit, added)
    return path !== null && insideOf(edit.range, added.get(path)!).length > 0
  }
  const after = (edit: TraceEdit): Node[] => {
    const path = pathIn(edit, byPath)
    const touching = path === null ? [] : byPath.get(path)!
    const first = touching.find((each) => each.committedAtMs >= edit.atMs && holds(each, edit))
    return first === undefined ? [] : [first]
  }
  const found = new Map<string, LinkedEdit[]>()
  for (const { path, text } of texts) {
    for (const edit of readAgentTrace(text).edits) {
      const { revision } = edit
      const own = revision === null ? undefined : bySha.get(revision)
      const exact = own !== undefined && holds(own, edit)
      const holders = exact
        ? [own]
        : revision === null
          ? after(edit)
          : (children.get(revision) ?? []).filter((each) => holds(each, edit))
      for (const { sha } of holders) append(found, sha, { edit, exact, locator: path })
    }
  }
  return found
}

function append<Item>(lists: Map<string, Item[]>, key: string, item: Item): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}
