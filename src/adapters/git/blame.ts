/**
 * Which lines of the files at the release head each commit of the range last touched: `git blame`, restricted to
 * the range, two files at a time. Lines that belong to older commits are nobody's here.
 */
import { blamePieces } from './blame-pieces.ts'
import type { Git } from './git.ts'
import { mergeRanges } from './merge-ranges.ts'

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
  const pieces = await blamePieces(git, { head, base, path })
  if (pieces === null) return null
  const found = new Map<string, { sha: string; pathThen: string; ranges: [number, number][] }>()
  for (const { sha, pathThen, line, count } of pieces) {
    if (!shas.has(sha)) continue
    const range: [number, number] = [line, line + count - 1]
    const key = `${sha} ${pathThen}`
    const before = found.get(key)
    if (before) before.ranges.push(range)
    else found.set(key, { sha, pathThen, ranges: [range] })
  }
  return [...found.values()].map(({ sha, pathThen, ranges }) => ({
    sha,
    path,
    pathThen,
    ranges: mergeRanges(ranges),
  }))
}
