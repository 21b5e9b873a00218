/**
 * `git blame --incremental` of one file at a revision: runs of lines with the commit, path and place in which they were
 * written. Lines are 1-based; null where git refuses. Without a base the whole history is asked.
 */
import type { Git } from './git.ts'
import { unquotePath } from './unquote.ts'

export interface BlamePiece {
  readonly sha: string
  readonly pathThen: string
  /** First line now, and in that commit. */
  readonly line: number
  readonly lineThen: number
  readonly count: number
}

export interface BlameQuestion {
  readonly head: string
  /** Lines of it and of what came before are told of the range's boundary. */
  readonly base: string | null
  readonly path: string
}

const header = /^([0-9a-f]{40,64}) (\d+) (\d+) (\d+)$/

export async function blamePieces(
  git: Git,
  { head, base, path }: BlameQuestion,
): Promise<BlamePiece[] | null> {
  const pieces: BlamePiece[] = []
  let rest = ''
  let entry: Omit<BlamePiece, 'pathThen'> | null = null
  const take = (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    for (const each of lines) {
      const [, sha, then, now, count] = header.exec(each) ?? []
      if (sha !== undefined) {
        entry = { sha, lineThen: Number(then), line: Number(now), count: Number(count) }
      } else if (entry && each.startsWith('filename ')) {
        pieces.push({ ...entry, pathThen: utf8Of(each.slice(9)) })
        entry = null
      }
    }
  }
  const limits = base === null ? [head] : [head, `^${base}`]
  const options = ['--incremental', '--no-textconv', '--root', '--encoding=UTF-8']
  const { code } = await git.stream(['blame', ...options, ...limits, '--', path], take)
  return code === 0 ? pieces : null
}

function utf8Of(latin1: string): string {
  return unquotePath(Buffer.from(latin1, 'latin1').toString('utf8'))
}
