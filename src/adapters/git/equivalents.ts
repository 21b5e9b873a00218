/**
 * Noted commits outside of a range whose change is the same as one inside of it: rebased, cherry-picked, or squashed
 * alone, while the note stayed behind. Candidates share the author and the time, or the subject; the same they are by
 * `git patch-id --stable`. Lines are told by their order, for the same change may stand elsewhere in the file. Source:
 * provenance reference, sections 1.9 and 13.
 */
import type { CommitFacts, SquashedFacts, SquashedLines } from '../../ports/git-history.ts'
import type { Git } from './git.ts'
import type { LogParserOptions } from './log-parser.ts'
import type { Notes } from './notes.ts'
import { readLog } from './read-log.ts'

const outsideMax = 20_000
const pairsMax = 200
const patchBytesMax = 16 * 1024 * 1024

export interface Reading {
  readonly notes: Notes
  readonly parse: Omit<LogParserOptions, 'take'>
}

/** `commits` without those that are accounted for already. */
export async function readEquivalents(
  objects: Git,
  commits: readonly CommitFacts[],
  { notes, parse }: Reading,
): Promise<ReadonlyMap<string, SquashedFacts>> {
  const noted = await notes.commits()
  const inside = new Set(commits.map(({ sha }) => sha))
  const lacking = commits.filter(({ sha, parents }) => parents.length === 1 && !noted.has(sha))
  const outside = [...noted].filter((sha) => !inside.has(sha)).slice(0, outsideMax)
  const found = new Map<string, SquashedFacts>()
  if (outside.length === 0 || lacking.length === 0) return found
  const ids = new Map<string, Promise<string | null>>()
  const idOf = (sha: string) => {
    const known = ids.get(sha) ?? patchId(objects, sha)
    ids.set(sha, known)
    return known
  }
  for (const [commit, sha] of await pairs(objects, lacking, outside)) {
    if (found.has(commit.sha)) continue
    const own = await idOf(commit.sha)
    if (own === null || own !== (await idOf(sha))) continue
    const original = await factsOf(objects, sha, { notes, parse })
    const lines = original && linesOf(original, commit)
    if (original && lines) found.set(commit.sha, { commits: [original], lines, same: true })
  }
  return found
}

async function pairs(
  objects: Git,
  lacking: readonly CommitFacts[],
  outside: readonly string[],
): Promise<[CommitFacts, string][]> {
  const byKey = new Map<string, string[]>()
  for (const { sha, keys } of await headsOf(objects, outside)) {
    for (const key of keys) byKey.set(key, [...(byKey.get(key) ?? []), sha])
  }
  const found = lacking.flatMap((commit) => {
    const subject = commit.message.trimStart().split('\n', 1)[0]!.trim()
    const seconds = Math.floor(commit.authoredAtMs / 1000)
    const keys = [`${commit.author.email} ${seconds}`, subject.replace(/ \(#\d+\)$/, '')]
    const shas = new Set(keys.flatMap((key) => byKey.get(key) ?? []))
    return [...shas].map((sha): [CommitFacts, string] => [commit, sha])
  })
  return found.slice(0, pairsMax)
}

/** Of those whose objects are there. */
async function headsOf(
  objects: Git,
  shas: readonly string[],
): Promise<{ readonly sha: string; readonly keys: readonly string[] }[]> {
  const chunks: Buffer[] = []
  const format = '--format=%H%x00%ae %at%x00%s'
  const args = ['log', '--no-walk=unsorted', '--ignore-missing', '--no-mailmap', format, '--stdin']
  await objects.stream(args, (chunk) => chunks.push(chunk), shas.map((sha) => `${sha}\n`).join(''))
  return Buffer.concat(chunks)
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [sha = '', person = '', subject = ''] = line.split('\0')
      return sha === '' ? [] : [{ sha, keys: [person, subject.trim()] }]
    })
}

/** Null for a change that is empty or too large to compare. */
async function patchId(objects: Git, sha: string): Promise<string | null> {
  const patch = await objects.run([
    'diff-tree',
    '-p',
    '--no-textconv',
    '--no-ext-diff',
    '--no-renames',
    '--end-of-options',
    sha,
  ])
  if (patch.code !== 0 || patch.stdout.length > patchBytesMax) return null
  let answer = ''
  const take = (chunk: Buffer) => {
    answer += chunk.toString('latin1')
  }
  await objects.stream(['patch-id', '--stable'], take, patch.stdout.toString('latin1'), 'latin1')
  return /^([0-9a-f]{40,64}) /.exec(answer)?.[1] ?? null
}

async function factsOf(
  objects: Git,
  sha: string,
  { notes, parse }: Reading,
): Promise<CommitFacts | null> {
  const { commits } = await readLog(objects, {
    to: sha,
    from: `${sha}^`,
    sinceMs: null,
    commitsMax: 1,
    boundaries: new Set(),
    parse: { ...parse, words: false },
  })
  const [own] = commits
  if (own === undefined || own.sha !== sha) return null
  let found: CommitFacts['notes'] = []
  const take = (_sha: string, its: CommitFacts['notes']) => {
    found = its
  }
  await notes.read({ shas: new Set([sha]), take })
  return { ...own, notes: found }
}

/** The n-th added line of a file here is the n-th there; null where they do not add up. */
function linesOf(original: CommitFacts, commit: CommitFacts): SquashedLines[] | null {
  const lines: SquashedLines[] = []
  for (const { path, added } of commit.files) {
    const then = original.files.find((file) => file.path === path)?.added ?? []
    const [here, there] = [numbers(added), numbers(then)]
    if (here.length !== there.length) return null
    here.forEach((line, at) => {
      const last = lines.at(-1)
      const lineThen = there[at]!
      const follows =
        last?.path === path &&
        last.line + last.count === line &&
        last.lineThen + last.count === lineThen
      if (follows) lines[lines.length - 1] = { ...last, count: last.count + 1 }
      else lines.push({ sha: original.sha, path, pathThen: path, line, lineThen, count: 1 })
    })
  }
  return lines
}

function numbers(ranges: readonly (readonly [number, number])[]): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at))
}
