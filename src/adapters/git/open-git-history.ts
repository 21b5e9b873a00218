/**
 * `GitHistory` over a repository on disk, by running git. What is wrong with the repository is an answer with a
 * reason; nothing that the repository holds is run, and nothing in it is changed.
 */
import type { Change } from '../../contracts/change.ts'
import type {
  CommitFacts,
  Described,
  GitHistory,
  HistoryAnswer,
  HistoryRange,
  HistoryReader,
  NoteFacts,
  SquashedFacts,
} from '../../ports/git-history.ts'
import { blameFiles } from './blame.ts'
import { readEquivalents } from './equivalents.ts'
import { type Git, GitMissingError, GitOutputError } from './git.ts'
import { withHeadLines } from './head-lines.ts'
import type { LinearBlame } from './linear-blame.ts'
import { Notes } from './notes.ts'
import { type Gits, openRepository, type Opened } from './open-repository.ts'
import { readLog, type ReadLog } from './read-log.ts'
import { readRecords } from './records.ts'
import type { Origin } from './repository-id.ts'
import { type Ends, resolveRange } from './resolve-range.ts'
import { readSquashes } from './squashes.ts'

export interface GitHistoryOptions {
  readonly path: string
  readonly reader: HistoryReader
  /** Lines at the head; without it a listing is much faster. */
  readonly blame: boolean
  /** Whether words of the added text are kept. */
  readonly words: boolean
  readonly isCode: (path: string) => boolean
  readonly isGenerated: (path: string) => boolean
  readonly progress?: (step: 'commits' | 'notes' | 'blame', done: number, total: number) => void
}

/** More commits than that are cut, and the answer says `truncated`. */
const commitsMax = 20_000
const filesBlamedMax = 2_000

type Read = Extract<HistoryAnswer, { outcome: 'read' }>

export function openGitHistory(options: GitHistoryOptions): GitHistory {
  return {
    changes: async (range) => {
      try {
        return await read(range, options)
      } catch (error) {
        if (error instanceof GitMissingError || error instanceof GitOutputError) {
          return { outcome: 'refused', reason: 'unreadable', detail: error.message }
        }
        throw error
      }
    },
  }
}

async function read(range: HistoryRange, options: GitHistoryOptions): Promise<HistoryAnswer> {
  const opened = await openRepository(options.path)
  if (opened.outcome === 'refused') return opened
  try {
    return await readOpened(opened, range, options)
  } finally {
    await opened.close()
  }
}

async function readOpened(
  opened: Opened,
  range: HistoryRange,
  options: GitHistoryOptions,
): Promise<HistoryAnswer> {
  const { names, objects, origin, boundaries } = opened
  const ends = await resolveRange({ names, objects }, range, boundaries.size > 0)
  if (ends.outcome === 'refused') return ends

  const log =
    ends.base === 'unknown' ? null : await logOf(objects, { ends, options, boundaries, range })
  const facts = log?.commits ?? []
  const cut = facts.length > commitsMax
  const commits = facts.slice(0, commitsMax)
  const { described, notesRefused } = await describeAll({ names, objects }, commits, {
    options,
    origin,
    head: ends.to,
  })
  const changes = described.map(({ change }) => change)
  const blamed = await blame(objects, {
    ends,
    options,
    changes,
    boundaries,
    range,
    linear: log?.blame ?? null,
  })
  const reachesEnd = commits.some(({ sha }) => boundaries.has(sha))
  const { url, ...repo } = origin
  return {
    outcome: 'read',
    delta: {
      revision: ends.to,
      ...(ends.from === null ? {} : { previousRevision: ends.from }),
      added: commits.map(({ sha }) => sha),
      removed: ends.removed,
      method: 'git',
      completeness: completenessOf(ends, { reachesEnd, cut }),
    },
    changes: blamed.changes.toReversed(),
    repository: { ...repo, url },
    counts: {
      notesRead: described.reduce((sum, each) => sum + each.notesRead, 0),
      notesRefused: described.reduce((sum, each) => sum + each.notesRefused, notesRefused),
      filesBlamed: blamed.blamed,
      filesNotBlamed: blamed.notBlamed,
    },
  }
}

interface Describing {
  readonly options: GitHistoryOptions
  readonly origin: Origin
  readonly head: string
}

async function describeAll(
  gits: Gits,
  commits: readonly CommitFacts[],
  { options, origin, head }: Describing,
): Promise<{ readonly described: Described[]; readonly notesRefused: number }> {
  const { host, owner, name } = origin
  const repo = { host, owner, name }
  if (commits.length === 0) return { described: [], notesRefused: 0 }
  const { checkpointIdsOf, link, describe } = options.reader
  const checkpointIds = [...new Set(commits.flatMap(({ message }) => checkpointIdsOf(message)))]
  const records = await readRecords(gits, { head, checkpointIds })
  const notes = new Notes(gits)
  const squashes = await squashesOf(gits, commits, { notes, options })
  const linked = link(commits, { ...records, squashes })
  const whole = (commit: CommitFacts, own: readonly NoteFacts[]) =>
    describe({ ...commit, notes: own, linked: linked.get(commit.sha) ?? null }, repo)
  const at = new Map(commits.map(({ sha }, index) => [sha, index]))
  const described: (Described | undefined)[] = commits.map(() => undefined)
  let done = 0
  const notesRefused = await notes.read({
    shas: new Set(at.keys()),
    take: (sha, own) => {
      const index = at.get(sha)!
      described[index] = whole(commits[index]!, own)
      options.progress?.('notes', ++done, commits.length)
    },
  })
  return {
    described: commits.map((commit, index) => described[index] ?? whole(commit, [])),
    notesRefused,
  }
}

async function squashesOf(
  gits: Gits,
  commits: readonly CommitFacts[],
  { notes, options }: { readonly notes: Notes; readonly options: GitHistoryOptions },
): Promise<ReadonlyMap<string, SquashedFacts>> {
  const reading = { notes, parse: parsingOf(options) }
  const { squashOf } = options.reader
  const squashes = await readSquashes(gits, commits, { squashOf, ...reading })
  const rest = commits.filter(({ sha }) => !squashes.has(sha))
  return new Map([...squashes, ...(await readEquivalents(gits.objects, rest, reading))])
}

interface Reading {
  readonly range: HistoryRange
  readonly ends: Ends
  readonly options: GitHistoryOptions
  readonly boundaries: ReadonlySet<string>
}

function parsingOf({ words, isCode, isGenerated }: GitHistoryOptions) {
  return { words, isCode, isGenerated }
}

function logOf(git: Git, { ends, options, boundaries, range }: Reading): Promise<ReadLog> {
  const { progress } = options
  const { to, from } = ends
  return readLog(git, {
    to,
    from,
    sinceMs: range.sinceMs ?? null,
    commitsMax,
    boundaries,
    parse: parsingOf(options),
    ...(progress ? { progress: (done) => progress('commits', done, commitsMax) } : {}),
  })
}

interface Blaming extends Reading {
  readonly changes: readonly Change[]
  readonly linear: LinearBlame | null
}

async function blame(
  git: Git,
  { ends, options, changes, boundaries, linear }: Blaming,
): Promise<{
  readonly changes: readonly Change[]
  readonly blamed: number
  readonly notBlamed: number
}> {
  if (!options.blame || changes.length === 0) return { changes, blamed: 0, notBlamed: 0 }
  const binary = new Set<string>()
  const touched = new Set<string>(await differing(git, ends))
  for (const { path, binary: isBinary } of changes.flatMap(({ files }) => files)) {
    touched.add(path)
    if (isBinary) binary.add(path)
  }
  const atHead = await filesAt(git, ends.to, touched)
  const candidates = [...atHead].filter((path) => !binary.has(path)).toSorted()
  const passed = linear?.reaches(ends.from) ? linear : null
  const known = candidates.filter((path) => passed?.knows(path))
  const asked = candidates.filter((path) => !passed?.knows(path))
  const paths = asked.slice(0, filesBlamedMax)
  const shas = new Set(changes.map(({ sha }) => sha).filter((sha) => !boundaries.has(sha)))
  const { progress, isGenerated } = options
  const { lines, failed } = await blameFiles(git, {
    head: ends.to,
    base: ends.from,
    paths,
    shas,
    ...(progress ? { progress: (done, total) => progress('blame', done, total) } : {}),
  })
  const blamed = new Set([...known, ...paths.filter((path) => !failed.has(path))])
  const passedLines = known.flatMap((path) => passed!.linesOf(path))
  const isKnown = (path: string) => blamed.has(path) || !atHead.has(path)
  return {
    changes: withHeadLines(changes, { lines: [...passedLines, ...lines], isKnown, isGenerated }),
    blamed: blamed.size,
    notBlamed: candidates.length - blamed.size,
  }
}

/** What a merge alone changed stands in no commit's list. */
async function differing(git: Git, { from, to }: Ends): Promise<string[]> {
  if (from === null) return []
  const args = [
    'diff-tree',
    '-r',
    '-z',
    '--name-only',
    '--no-renames',
    '--end-of-options',
    from,
    to,
  ]
  const { code, stdout } = await git.run(args)
  return code === 0
    ? stdout
        .toString('utf8')
        .split('\0')
        .filter((path) => path !== '')
    : []
}

/** Of the wanted paths those that are files at the revision; submodules are none. */
async function filesAt(
  git: Git,
  revision: string,
  wanted: ReadonlySet<string>,
): Promise<Set<string>> {
  const found = new Set<string>()
  const { stdout } = await git.run(['ls-tree', '-r', '-z', '--full-tree', revision])
  for (const entry of stdout.toString('utf8').split('\0')) {
    const path = /^\d+ blob [0-9a-f]+\t(.+)$/s.exec(entry)?.[1]
    if (path !== undefined && wanted.has(path)) found.add(path)
  }
  return found
}

function completenessOf(
  { base, removed, from }: Ends,
  { reachesEnd, cut }: { readonly reachesEnd: boolean; readonly cut: boolean },
): Read['delta']['completeness'] {
  if (base === 'unknown') return 'unknown-base'
  if (base === 'beyond-shallow' || reachesEnd) return 'shallow'
  if (cut) return 'truncated'
  return removed.length > 0 && from !== null && base === 'diverged' ? 'diverged' : 'complete'
}
