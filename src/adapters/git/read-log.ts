/**
 * The commits of a range with their files, newest first and children before their parents: one `git log`, read as
 * it streams. What could be set otherwise is said outright: the parser depends on it.
 */
import type { CommitFacts } from '../../ports/git-history.ts'
import { type Git, GitOutputError } from './git.ts'
import { LinearBlame } from './linear-blame.ts'
import { headFormat, LogParser, type LogParserOptions } from './log-parser.ts'

const logOptions = [
  '--topo-order',
  '--raw',
  '-p',
  '-U0',
  '-M',
  '-l1000',
  '-O/dev/null',
  '--no-abbrev',
  '--inter-hunk-context=0',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--submodule=short',
  '--ignore-submodules=none',
  '--no-relative',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--no-notes',
  '--no-decorate',
  '--no-show-signature',
  '--no-mailmap',
  '--no-diff-merges',
  '--encoding=UTF-8',
  '--date=raw',
  `--format=${headFormat}`,
]

export interface LogQuestion {
  readonly to: string
  /** Null for the whole history of `to`. */
  readonly from: string | null
  readonly sinceMs: number | null
  readonly commitsMax: number
  /** Commits whose parents a shallow clone left out. */
  readonly boundaries: ReadonlySet<string>
  readonly parse: Omit<LogParserOptions, 'take'>
  readonly progress?: (done: number) => void
}

export interface ReadLog {
  readonly commits: CommitFacts[]
  readonly blame: LinearBlame
}

/** One more than `commitsMax` where there are more. */
export async function readLog(git: Git, question: LogQuestion): Promise<ReadLog> {
  const { to, from, sinceMs, commitsMax, boundaries, progress } = question
  const commits: CommitFacts[] = []
  const blame = new LinearBlame()
  const parser = new LogParser({
    ...question.parse,
    take: (commit, hunks) => {
      blame.commit(commit, hunks)
      // Without its parents a commit would seem to have written the whole repository.
      commits.push(boundaries.has(commit.sha) ? { ...commit, files: [] } : commit)
      if (commits.length % 500 === 0) progress?.(commits.length)
    },
  })
  const range = from === null ? [to] : [to, `^${from}`]
  const most = String(commitsMax + 1)
  const atS = sinceMs === null ? 0 : Math.floor(sinceMs / 1000)
  // Not `--since`: that ends the walk at the first commit with an older date, whatever lies behind it.
  const since = atS > 0 ? [`--since-as-filter=@${atS} +0000`] : []
  const args = ['log', ...logOptions, '-n', most, ...since, '--end-of-options', ...range, '--']
  const { code, stderr } = await git.stream(args, (chunk) => parser.push(chunk))
  const fault = stderr.split('\n')[0] || `ended with ${code}`
  if (code !== 0) throw new GitOutputError(`git log: ${fault}`)
  parser.end()
  return { commits, blame }
}
