/**
 * Which lines of the files at the release head each commit of the range last touched: `git blame`, restricted to
 * the range, two files at a time. Lines that belong to older commits are nobody's here.
 */
import type { Git } from './git.ts'
import { mergeRanges } from './merge-ranges.ts'
import { unquotePath } from './unquote.ts'

export interface HeadLines {
  readonly sha: string
  /** At the head. */
  readonly path: string
  /** In the commit: another one where the file was renamed later. */
  readonly pathThen: string
  readonly ranges: readonly [number, number][]
}

export interface Blaming {
  readonly head: string
  /** Commits whose lines do not matter; null for a history without a base. */
  readonly base: string | null
  readonly paths: readonly string[]
  readonly shas: ReadonlySet<string>
  readonly progress?: (done: number, total: number) => void
}

const atOnce = 2
const header = /^([0-9a-f]{40,64}) \d+ (\d+) (\d+)$/

export interface Blamed {
  readonly lines: readonly HeadLines[]
  readonly failed: ReadonlySet<string>
}

export async function blameFiles(git: Git, blaming: Blaming): Promise<Blamed> {
  const { paths, progress } = blaming
  const answers: (readonly HeadLines[] | null)[] = paths.map(() => null)
  let next = 0
  let done = 0
  const work = async () => {
    while (next < paths.length) {
      const at = next++
      answers[at] = await blameFile(git, paths[at]!, blaming)
      progress?.(++done, paths.length)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  const failed = new Set(paths.filter((_, at) => answers[at] === null))
  return { lines: answers.flatMap((each) => each ?? []), failed }
}

async function blameFile(
  git: Git,
  path: string,
  { head, base, shas }: Blaming,
): Promise<HeadLines[] | null> {
  const found = new Map<string, { sha: string; pathThen: string; ranges: [number, number][] }>()
  let rest = ''
  let entry: { sha: string; range: [number, number] } | null = null
  const take = (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const match = header.exec(line)
      if (match) {
        const from = Number(match[2])
        entry = { sha: match[1]!, range: [from, from + Number(match[3]) - 1] }
      } else if (entry && line.startsWith('filename ')) {
        if (shas.has(entry.sha)) add(entry, utf8Of(line.slice(9)))
        entry = null
      }
    }
  }
  const add = ({ sha, range }: { sha: string; range: [number, number] }, name: string) => {
    const key = `${sha} ${name}`
    const before = found.get(key)
    if (before) before.ranges.push(range)
    else found.set(key, { sha, pathThen: name, ranges: [range] })
  }
  const limits = base === null ? [head] : [head, `^${base}`]
  const options = ['--incremental', '--no-textconv', '--root', '--encoding=UTF-8']
  const { code } = await git.stream(['blame', ...options, ...limits, '--', path], take)
  if (code !== 0) return null
  return [...found.values()].map(({ sha, pathThen, ranges }) => ({
    sha,
    path,
    pathThen,
    ranges: mergeRanges(ranges),
  }))
}

function utf8Of(latin1: string): string {
  return unquotePath(Buffer.from(latin1, 'latin1').toString('utf8'))
}
