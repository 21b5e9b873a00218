/**
 * Puts the lines at the release head into the changes: `head` of each file that was blamed, empty where nothing of
 * the change is left, missing where it cannot be told.
 *
 * A file that was renamed later gets an entry under its name at the head, for that is the name that a stack
 * trace uses; a merge gets entries for the lines of its own resolution.
 */
import type { Change, ChangedFile } from '../../contracts/change.ts'
import type { HeadLines } from './blame.ts'

export interface AtHead {
  readonly lines: readonly HeadLines[]
  /** Files for which `lines` is the whole truth; a file that the head has not is one of them. */
  readonly isKnown: (path: string) => boolean
  readonly isGenerated: (path: string) => boolean
}

export function withHeadLines(changes: readonly Change[], at: AtHead): Change[] {
  const bySha = new Map<string, HeadLines[]>()
  for (const each of at.lines) bySha.set(each.sha, [...(bySha.get(each.sha) ?? []), each])
  return changes.map((change) => {
    const left = new Map((bySha.get(change.sha) ?? []).map((each) => [each.path, each]))
    const files = change.files.map((file): ChangedFile => {
      const own = left.get(file.path)
      left.delete(file.path)
      if (own) return { ...file, head: [...own.ranges] }
      return at.isKnown(file.path) && !file.binary ? { ...file, head: [] } : file
    })
    const more = [...left.values()].map((each) => entryFor(each, change, at))
    return { ...change, files: [...files, ...more] }
  })
}

function entryFor({ path, pathThen, ranges }: HeadLines, change: Change, at: AtHead): ChangedFile {
  const then = change.files.find((file) => file.path === pathThen)
  return {
    path,
    ...(pathThen === path ? {} : { oldPath: pathThen }),
    status: pathThen === path ? 'M' : 'R',
    added: [],
    deletedLines: 0,
    linesAdded: 0,
    linesDeleted: 0,
    binary: false,
    generated: then?.generated ?? at.isGenerated(path),
    functions: then?.functions ?? [],
    ...(then?.tokens === undefined ? {} : { tokens: then.tokens }),
    head: [...ranges],
  }
}
