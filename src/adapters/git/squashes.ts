/**
 * The commits that a squash was made of, where the repository still has them: by a forge's ref of the pull request
 * that the subject names, or by the list in the message. With them comes which line of the squash was written as which
 * line of which of them (`git blame` of the request's head, and what the squash changed upon it).
 *
 * Notes and trailers mostly hang on those commits and never reach the main branch. Source: provenance reference,
 * sections 1.9 and 13.
 */
import type {
  CommitFacts,
  HistoryReader,
  SquashedFacts,
  SquashedLines,
} from '../../ports/git-history.ts'
import { blamePieces } from './blame-pieces.ts'
import type { Git } from './git.ts'
import type { Hunk } from './linear-blame.ts'
import { listRefs } from './list-refs.ts'
import { LogParser } from './log-parser.ts'
import type { Reading } from './equivalents.ts'
import type { Notes } from './notes.ts'
import type { Gits } from './open-repository.ts'
import { readLog } from './read-log.ts'

const squashesMax = 1_000
const commitsMax = 250
const filesMax = 500
const notesBytesMax = 64 * 1024 * 1024
const pullRef =
  /^refs\/(?:pull\/(\d+)\/head|merge-requests\/(\d+)\/head|pull-requests\/(\d+)\/from|remotes\/[^/]+\/(?:pr|pull|merge-requests)\/(\d+)(?:\/head)?)$/

type Parsing = Reading['parse']

interface Squash {
  readonly commit: CommitFacts
  readonly head: string
  readonly commits: CommitFacts[]
}

export async function readSquashes(
  gits: Gits,
  commits: readonly CommitFacts[],
  { squashOf, notes, parse }: Reading & Pick<HistoryReader, 'squashOf'>,
): Promise<ReadonlyMap<string, SquashedFacts>> {
  const heads = await headsOf(gits, commits, squashOf)
  const squashes: Squash[] = []
  for (const [commit, head] of heads.slice(0, squashesMax)) {
    const original = await originals(gits.objects, { commit, head, parse })
    if (haveFilesInCommon(commit, original)) squashes.push({ commit, head, commits: original })
  }
  const noted = await withNotes(notes, squashes)
  const found = new Map<string, SquashedFacts>()
  for (const squash of noted) {
    const written = squash.commits.some(({ notes }) => notes.length > 0)
    const lines = written ? await linesOf(gits.objects, squash, parse) : []
    found.set(squash.commit.sha, { commits: squash.commits, lines, same: false })
  }
  return found
}

/** By the number of the pull request, else by the newest of the commits that the message lists. */
async function headsOf(
  gits: Gits,
  commits: readonly CommitFacts[],
  squashOf: HistoryReader['squashOf'],
): Promise<[CommitFacts, string][]> {
  const asked = commits
    .filter(({ parents }) => parents.length === 1)
    .map((commit) => ({ commit, ...squashOf(commit.message) }))
    .filter(({ pull, listed }) => pull !== null || listed.length > 0)
  if (asked.length === 0) return []
  const refs = await pullRefs(gits)
  const heads: [CommitFacts, string][] = []
  for (const { commit, pull, listed } of asked) {
    const ref = pull === null ? undefined : refs.get(pull)
    const head = ref ?? (listed[0] === undefined ? null : await wholeSha(gits.objects, listed[0]))
    if (head !== null && head !== undefined && head !== commit.sha) heads.push([commit, head])
  }
  return heads
}

async function pullRefs(gits: Gits): Promise<Map<number, string>> {
  const patterns = ['refs/pull', 'refs/merge-requests', 'refs/pull-requests', 'refs/remotes']
  const found = new Map<number, string>()
  for (const { object, type, ref } of await listRefs(gits, patterns)) {
    const number = pullRef
      .exec(ref)
      ?.slice(1)
      .find((each) => each !== undefined)
    if (type === 'commit' && number !== undefined) found.set(Number(number), object)
  }
  return found
}

async function wholeSha(objects: Git, revision: string): Promise<string | null> {
  if (!/^[0-9a-f]{7,64}$/.test(revision)) return null
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]
  const { code, stdout } = await objects.run(args)
  return code === 0 ? stdout.toString('utf8').trim() : null
}

interface Asked {
  readonly commit: CommitFacts
  readonly head: string
  readonly parse: Parsing
}

/** Newest first; empty where the head is no side branch of the squash. */
async function originals(objects: Git, { commit, head, parse }: Asked): Promise<CommitFacts[]> {
  const base = await objects.run(['merge-base', commit.parents[0]!, head])
  const from = base.stdout.toString('utf8').trim()
  if (base.code !== 0 || from === head || !/^[0-9a-f]{40,64}$/.test(from)) return []
  const log = await readLog(objects, {
    to: head,
    from,
    sinceMs: null,
    commitsMax,
    boundaries: new Set(),
    parse: { ...parse, words: false },
  })
  const { commits } = log
  if (commits.length > commitsMax || commits.some(({ sha }) => sha === commit.sha)) return []
  // A request that another branch was merged into holds commits that are not its own.
  const own = await objects.run([
    'rev-list',
    '--max-count=251',
    head,
    `^${commit.parents[0]!}`,
    '--',
  ])
  const shas = new Set(own.stdout.toString('utf8').split('\n'))
  return commits.filter(({ sha }) => shas.has(sha))
}

/** A number in a subject may be that of another repository's request. */
function haveFilesInCommon(squash: CommitFacts, commits: readonly CommitFacts[]): boolean {
  const own = new Set(squash.files.flatMap(({ path, oldPath }) => [path, oldPath ?? path]))
  return commits.some(({ files }) => files.some(({ path }) => own.has(path)))
}

async function withNotes(list: Notes, squashes: readonly Squash[]): Promise<Squash[]> {
  const notes = new Map<string, CommitFacts['notes']>()
  let bytes = 0
  const shas = new Set(squashes.flatMap(({ commits }) => commits.map(({ sha }) => sha)))
  if (shas.size > 0) {
    await list.read({
      shas,
      take: (sha, own) => {
        bytes += own.reduce((sum, { text }) => sum + text.length, 0)
        if (bytes <= notesBytesMax) notes.set(sha, own)
      },
    })
  }
  return squashes.map((squash) => ({
    ...squash,
    commits: squash.commits.map((each) => ({ ...each, notes: notes.get(each.sha) ?? [] })),
  }))
}

async function linesOf(
  objects: Git,
  { commit, head, commits }: Squash,
  parse: Parsing,
): Promise<SquashedLines[]> {
  const shas = new Set(commits.map(({ sha }) => sha))
  const base = commits.at(-1)!.parents[0] ?? null
  const changed = await changesUpon(objects, { head, squash: commit.sha, parse })
  const paths = commit.files
    .filter(({ binary, status }) => !binary && status !== 'D')
    .slice(0, filesMax)
  const lines: SquashedLines[] = []
  for (const { path } of paths) {
    const hunks = changed.get(path)
    if (hunks === null) continue
    for (const piece of (await blamePieces(objects, { head, base, path })) ?? []) {
      if (shas.has(piece.sha)) lines.push(...moved({ ...piece, path }, hunks ?? []))
    }
  }
  return lines
}

/** What the squash has otherwise than the request's head: null for a file that cannot be compared line by line. */
async function changesUpon(
  objects: Git,
  {
    head,
    squash,
    parse,
  }: { readonly head: string; readonly squash: string; readonly parse: Parsing },
): Promise<Map<string, readonly Hunk[] | null>> {
  const found = new Map<string, readonly Hunk[] | null>()
  const parser = new LogParser({
    ...parse,
    words: false,
    take: (_commit, hunks) => {
      for (const [path, own] of hunks ?? []) found.set(path, own)
    },
  })
  // The difference of two trees has no head; the parser wants one.
  parser.push(Buffer.from(`\0${Array.from({ length: 9 }, () => '0').join('\0')}\0\n`))
  const options = ['-r', '--raw', '-p', '-U0', '--no-renames', '--no-abbrev', '--no-textconv']
  const shape = ['--no-ext-diff', '--src-prefix=a/', '--dst-prefix=b/', '--inter-hunk-context=0']
  const args = ['diff-tree', ...options, ...shape, '--end-of-options', head, squash]
  await objects.stream(args, (chunk) => parser.push(chunk))
  parser.end()
  return found
}

/** The lines of a piece that the squash kept, where they are in the squash. */
function moved(piece: SquashedLines, hunks: readonly Hunk[]): SquashedLines[] {
  const kept: SquashedLines[] = []
  let from = piece.line
  const end = piece.line + piece.count
  let shift = 0
  const keep = (to: number) => {
    if (to <= from) return
    const lineThen = piece.lineThen + (from - piece.line)
    kept.push({ ...piece, lineThen, line: from + shift, count: to - from })
  }
  for (const { oldStart, oldCount, newCount } of hunks.toSorted(
    (a, b) => a.oldStart - b.oldStart,
  )) {
    // A hunk that only adds stands behind its line.
    const start = oldCount === 0 ? oldStart + 1 : oldStart
    if (start >= end) break
    if (start + oldCount > from || (oldCount === 0 && start > from)) {
      keep(Math.min(start, end))
      from = Math.max(from, start + oldCount)
    }
    shift += newCount - oldCount
  }
  keep(end)
  return kept
}
