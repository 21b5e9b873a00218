/**
 * Blame of a history that is one line of commits, taken from the hunks of `git log` as they pass: for each file the
 * lines of the head that nobody newer wrote, followed back from commit to commit.
 *
 * It answers what `git blame` answers (the same differences are compared; a test holds it to that) in one pass
 * instead of one process a file. What it cannot follow it names, so that git is asked: a file that was renamed,
 * copied, binary or changed its type, and everything once there is a merge or a gap between two commits.
 */
import type { CommitFacts } from '../../ports/git-history.ts'
import type { HeadLines } from './blame.ts'
import { mergeRanges } from './merge-ranges.ts'

/** As in `@@ -oldStart,oldCount +newStart,newCount @@`. */
export interface Hunk {
  readonly oldStart: number
  readonly oldCount: number
  readonly newStart: number
  readonly newCount: number
}

/** Of one commit: hunks by path, null where the file cannot be followed. */
export type Hunks = ReadonlyMap<string, readonly Hunk[] | null>

/** Lines from `head` on at the head are the lines from `now` on at the commit that is being read. */
interface Segment {
  readonly head: number
  readonly now: number
  /** Infinite for the end of a file, whose length is not known. */
  readonly count: number
}

const wholeFile: readonly Segment[] = [{ head: 1, now: 1, count: Number.POSITIVE_INFINITY }]

export class LinearBlame {
  readonly #open = new Map<string, readonly Segment[]>()
  readonly #lines = new Map<string, Map<string, [number, number][]>>()
  readonly #odd = new Set<string>()
  #parent: string | null = null
  #broken = false

  /** Newest first. */
  commit({ sha, parents, files }: CommitFacts, hunks: Hunks | null): void {
    if (hunks === null || parents.length > 1) this.#broken = true
    if (this.#parent !== null && this.#parent !== sha) this.#broken = true
    this.#parent = parents[0] ?? ''
    if (this.#broken || hunks === null) return
    for (const { path, oldPath, status, binary } of files) {
      const own = hunks.get(path)
      if (!own || binary || status === 'R' || status === 'C') {
        this.#odd.add(path)
        if (oldPath !== undefined) this.#odd.add(oldPath)
        continue
      }
      const segments = this.#open.get(path) ?? wholeFile
      const rest = segments.length === 0 ? segments : this.#follow(segments, own, { path, sha })
      // Before a file was made, or after it was removed, another one of its name is not the same.
      this.#open.set(path, status === 'A' || status === 'D' ? [] : rest)
    }
  }

  /** Whether the commits were one line that ends at `base`. */
  reaches(base: string | null): boolean {
    return !this.#broken && base !== null && this.#parent === base
  }

  knows(path: string): boolean {
    return this.#open.has(path) && !this.#odd.has(path)
  }

  linesOf(path: string): HeadLines[] {
    const byCommit = this.#lines.get(path) ?? new Map<string, [number, number][]>()
    return [...byCommit].map(([sha, ranges]) => {
      return { sha, path, pathThen: path, ranges: mergeRanges(ranges) }
    })
  }

  /** What the hunks wrote is the commit's; the rest moves to where it stood before. */
  #follow(
    segments: readonly Segment[],
    hunks: readonly Hunk[],
    of: { readonly path: string; readonly sha: string },
  ): Segment[] {
    const rest: Segment[] = []
    let next = 0
    let shift = 0
    for (const { head, now, count } of segments) {
      const end = now + count
      let at = now
      const keep = (to: number) => {
        if (to > at) rest.push({ head: head + at - now, now: at + shift, count: to - at })
        at = Math.max(at, to)
      }
      for (; next < hunks.length; next++) {
        const { newStart, newCount, oldCount } = hunks[next]!
        // A hunk without new lines stands behind the line that it names.
        const from = newCount === 0 ? newStart + 1 : newStart
        if (from >= end) break
        keep(Math.min(from, end))
        const to = Math.min(from + newCount, end)
        if (to > at) this.#blame(of, [head + at - now, head + to - 1 - now])
        at = Math.max(at, to)
        if (from + newCount > end) break
        shift += oldCount - newCount
      }
      keep(end)
    }
    return rest
  }

  #blame({ path, sha }: { readonly path: string; readonly sha: string }, range: [number, number]) {
    const byCommit = this.#lines.get(path) ?? new Map<string, [number, number][]>()
    this.#lines.set(path, byCommit)
    const ranges = byCommit.get(sha)
    if (ranges) ranges.push(range)
    else byCommit.set(sha, [range])
  }
}
