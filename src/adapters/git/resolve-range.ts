/**
 * The two ends of a release as commits. A name that the repository does not know is refused; a base given as a whole
 * object id that is not there (rewritten history, all zeros, cut off by a shallow clone) is stated, not guessed.
 */
import type { HistoryAnswer, HistoryRange } from '../../ports/git-history.ts'
import { type Git, GitOutputError } from './git.ts'
import type { Gits } from './open-repository.ts'

export interface Ends {
  readonly outcome: 'resolved'
  readonly to: string
  /** Null where the history does not hold the base. */
  readonly from: string | null
  readonly base: 'none' | 'ancestor' | 'descendant' | 'diverged' | 'unknown' | 'beyond-shallow'
  /** Commits of the base that the head does not have, newest first. */
  readonly removed: string[]
}

type Refused = Extract<HistoryAnswer, { outcome: 'refused' }>

const whole = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i
const removedMax = 20_000

export async function resolveRange(
  { names, objects }: Gits,
  range: HistoryRange,
  shallow: boolean,
): Promise<Ends | Refused> {
  const to = await resolveCommit(names, range.to)
  if (to === null) return unknown(range.to)
  if (range.from === null) return { outcome: 'resolved', to, from: null, base: 'none', removed: [] }
  const from = await resolveCommit(names, range.from)
  if (from === null) {
    if (!whole.test(range.from)) return unknown(range.from)
    const base = shallow && !/^0+$/.test(range.from) ? 'beyond-shallow' : 'unknown'
    return { outcome: 'resolved', to, from: null, base, removed: [] }
  }
  const removed = await revisions(objects, [from, `^${to}`])
  const isAncestor = removed.length === 0
  const added = isAncestor ? [] : await revisions(objects, [to, `^${from}`], 1)
  const base = isAncestor ? 'ancestor' : added.length === 0 ? 'descendant' : 'diverged'
  return { outcome: 'resolved', to, from, base, removed }
}

async function resolveCommit(git: Git, revision: string): Promise<string | null> {
  if (revision === '' || revision.includes('\0')) return null
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]
  const { code, stdout } = await git.run(args)
  const sha = stdout.toString('utf8').trim()
  return code === 0 && whole.test(sha) ? sha : null
}

async function revisions(git: Git, range: readonly string[], max = removedMax): Promise<string[]> {
  const args = ['rev-list', '--topo-order', '-n', String(max), '--end-of-options', ...range, '--']
  const { code, stdout, stderr } = await git.run(args)
  if (code !== 0) throw new GitOutputError(`git rev-list: ${stderr.split('\n')[0] ?? ''}`)
  return stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
}

function unknown(revision: string): Refused {
  return {
    outcome: 'refused',
    reason: 'unknown-revision',
    detail: `unknown revision ${JSON.stringify(revision)}`,
  }
}
