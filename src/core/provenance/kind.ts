/**
 * What sort of change a commit is, from its parents, message and files: merges, reverts, cherry-picks and
 * squashes are told by git and the forges themselves; releases and dependency bumps by custom. Pure.
 */
import type { Change } from '../../contracts/change.ts'
import type { CommitFacts } from './commit-facts.ts'
import { readMessage, type ReadMessage } from './message.ts'

const release =
  /^(?:chore\(release\)|release)(?:[:\s]|$)|^(?:chore: )?(?:release|version bump|bump version)\b|^v?\d+\.\d+\.\d+(?:-[\w.]+)?$/i
const dependency =
  /^(?:chore|build|fix|ci)\((?:deps|deps-dev|dependencies)\)!?:|^bump \S+ from \S+ to \S+|^update dependency \S+|^(?:chore|build): (?:bump|update) \S+ (?:from|to) \S+/i
const revertsMax = 100

export type KindFacts = Pick<Change, 'kind' | 'pr' | 'reverts' | 'cherryPickedFrom' | 'squashOf'>

export function kindOf(commit: CommitFacts, message: ReadMessage): KindFacts {
  const { subject } = message
  const reverts = matches(message, /^This reverts commit ([0-9a-f]{7,64})\b/i)
  const picked = matches(message, /^\(cherry picked from commit ([0-9a-f]{7,64})\)/i).at(-1)
  const pr = pullRequest(commit, subject, message.squash)
  const kind = (): Change['kind'] => {
    if (commit.parents.length > 1) return 'merge'
    if (reverts.length > 0) return 'revert'
    if (picked !== undefined) return 'cherry-pick'
    if (message.squash) return 'squash'
    if (dependency.test(subject)) return 'dependency'
    return release.test(subject) ? 'release' : 'commit'
  }
  return {
    kind: kind(),
    ...(pr ? { pr } : {}),
    ...(reverts.length > 0 ? { reverts } : {}),
    ...(picked === undefined ? {} : { cherryPickedFrom: picked }),
    ...(message.squashOf.length > 0 ? { squashOf: [...message.squashOf] } : {}),
  }
}

/** What a message says of the pull request that it came from, and of the commits that it was made of. */
export function squashOf(text: string): { pull: number | null; listed: readonly string[] } {
  const { subject, squashOf: listed } = readMessage(text)
  const number = /\(#(\d{1,9})\)$/.exec(subject)?.[1]
  return { pull: number === undefined ? null : Number(number), listed }
}

function matches({ lines }: ReadMessage, pattern: RegExp): string[] {
  const found = lines
    .map(({ text }) => pattern.exec(text)?.[1]?.toLowerCase())
    .filter((sha) => sha !== undefined)
  return [...new Set(found)].slice(0, revertsMax)
}

function pullRequest({ parents }: CommitFacts, subject: string, squash: boolean): Change['pr'] {
  const merged = /^Merge pull request #(\d{1,9}) from [^/\s]+\/(\S+)/.exec(subject)
  if (merged && parents.length > 1) {
    return { number: Number(merged[1]), headRef: merged[2]!, mergeMethod: 'merge', labels: [] }
  }
  const numbered = /\(#(\d{1,9})\)$/.exec(subject)
  if (!numbered) return undefined
  return { number: Number(numbered[1]), mergeMethod: squash ? 'squash' : 'unknown', labels: [] }
}
