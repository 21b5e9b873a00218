/**
 * Which pull request each commit of a range came with: by its number in the subject of a squash, by the merge that
 * brought it, or by the lists of the facts that a user exported. Pure.
 */
import type { CommitFacts } from './commit-facts.ts'
import type { PullFacts } from './pull-request.ts'

type Node = Pick<CommitFacts, 'sha' | 'parents' | 'message'>

const merged =
  /^Merge pull request #(\d{1,9}) from [^/\s]+\/(\S+)|^Merged in (\S+) \(pull request #(\d{1,9})\)/
const mergedBranch = /^Merge (?:remote-tracking )?branch '(?:origin\/)?([^'\s]+)'/

/** `commits` newest first, children before their parents. */
export function linkPulls(
  commits: readonly Node[],
  known: readonly PullFacts[],
): ReadonlyMap<string, PullFacts> {
  const byNumber = new Map(known.map((pull) => [pull.number, pull]))
  const byMerge = new Map(
    known.flatMap((pull) => (pull.mergeCommit ? [[pull.mergeCommit, pull]] : [])),
  )
  const byCommit = new Map(known.flatMap((pull) => pull.commits.map((sha) => [sha, pull] as const)))
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]))
  const mainline = firstParents(commits[0], bySha)
  const found = new Map<string, PullFacts>()
  for (const commit of commits.toReversed()) {
    const { sha } = commit
    const pull = byMerge.get(sha) ?? byCommit.get(sha) ?? pullOfSubject(commit, byNumber)
    if (pull === null || pull === undefined) continue
    if (commit.parents.length < 2) {
      found.set(sha, pull)
      continue
    }
    const base = mainline.has(sha) ? mainline : firstParents(bySha.get(commit.parents[0]!), bySha)
    for (const brought of broughtBy(commit, { bySha, base, found })) found.set(brought, pull)
    found.set(sha, pull)
  }
  return found
}

function pullOfSubject(commit: Node, known: ReadonlyMap<number, PullFacts>): PullFacts | null {
  const subject = commit.message.trimStart().split(/\r?\n/, 1)[0]!.trimEnd()
  if (commit.parents.length < 2) {
    const number = /\(#(\d{1,9})\)$/.exec(subject)?.[1]
    const pull = number === undefined ? undefined : known.get(Number(number))
    // A fork's numbers are not those of its origin: what became another commit is not this one.
    const elsewhere = pull?.mergeCommit != null && !sameCommit(pull.mergeCommit, commit.sha)
    return pull === undefined || elsewhere ? null : pull
  }
  const [, first, headRef, bitbucketRef, second] = merged.exec(subject) ?? []
  const number = Number(first ?? second ?? 0)
  const branch = headRef ?? bitbucketRef ?? mergedBranch.exec(subject)?.[1]
  return known.get(number) ?? (branch === undefined ? null : ofSubject(number, branch))
}

function sameCommit(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a)
}

/** `number` is 0 for a merge that names a branch alone. */
function ofSubject(number: number, headRef: string): PullFacts {
  return {
    number,
    author: null,
    headRef,
    mergedAtMs: null,
    labels: [],
    reviewers: [],
    checks: [],
    mergeCommit: null,
    commits: [],
    footers: [],
  }
}

/** The commits that were the tip of the branch one after the other. */
function firstParents(tip: Node | undefined, bySha: ReadonlyMap<string, Node>): Set<string> {
  const chain = new Set<string>()
  for (let at = tip; at; at = bySha.get(at.parents[0] ?? '')) chain.add(at.sha)
  return chain
}

interface Bringing {
  readonly bySha: ReadonlyMap<string, Node>
  readonly base: ReadonlySet<string>
  readonly found: ReadonlyMap<string, PullFacts>
}

/** Commits that only the side branches of a merge lead to; an earlier merge keeps what it brought. */
function broughtBy(merge: Node, { bySha, base, found }: Bringing): string[] {
  const seen = new Set<string>()
  const open = merge.parents.slice(1)
  while (open.length > 0) {
    const sha = open.pop()!
    const commit = bySha.get(sha)
    if (!commit || base.has(sha) || seen.has(sha)) continue
    seen.add(sha)
    open.push(...commit.parents)
  }
  return [...seen].filter((sha) => !found.has(sha))
}
