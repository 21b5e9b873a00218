/**
 * Reads `git log --raw -p -U0` as it streams: commits with their files and the ranges of added lines.
 *
 * A commit's head is fields between NULs, so that no message can pretend to be something else; hunks are read by the
 * counts in their heads, so that no added line can. Lines of a patch longer than 64 KiB are cut while they are
 * read. Paths are taken from the raw lines; a patch finds its file by `+++`, or `---` where it was removed.
 */
import type { CommitFacts } from '../../ports/git-history.ts'
import { isSecretFile } from '../../core/kernel/secret-text.ts'
import { AddedText } from './added-text.ts'
import { GitOutputError } from './git.ts'
import type { Hunk, Hunks } from './linear-blame.ts'
import { unquotePath } from './unquote.ts'

/** What the parser wants `git log --format` to print. */
export const headFormat = `%x00${['%H', '%P', '%an', '%ae', '%ad', '%cn', '%ce', '%ct', '%B'].join('%x00')}%x00`
const headFields = 9

const lineMax = 64 * 1024
const headMax = 8 * 1024 * 1024
const filesMax = 20_000
const newline = 10
const plus = 43
const minus = 45

type Facts = Omit<CommitFacts, 'notes' | 'linked' | 'files'>
type File = CommitFacts['files'][number]

interface FileDraft {
  readonly path: string
  readonly oldPath: string | undefined
  readonly status: File['status']
  readonly submodule: boolean
  readonly added: [number, number][]
  readonly text: AddedText | null
  /** Null for what is no text before and after. */
  readonly hunks: Hunk[] | null
  deletedLines: number
  binary: boolean
}

export interface LogParserOptions {
  /** `hunks` is null for a commit of which not all files were read. */
  readonly take: (commit: CommitFacts, hunks: Hunks | null) => void
  readonly words: boolean
  /** Whether names and words of this file are worth keeping. */
  readonly isCode: (path: string) => boolean
  readonly isGenerated: (path: string) => boolean
}

export class LogParser {
  readonly #options: LogParserOptions
  #rest: Buffer = Buffer.alloc(0)
  /** The rest of a line that was cut is thrown away up to its end. */
  #skipping = false
  #commit: Facts | null = null
  #files = new Map<string, FileDraft>()
  #order: FileDraft[] = []
  #overflown = false
  #seen = 0
  #file: FileDraft | null = null
  #oldLeft = 0
  #newLeft = 0
  #newLine = 0

  constructor(options: LogParserOptions) {
    this.#options = options
  }

  push(chunk: Buffer): void {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (at < data.length) {
      if (data[at] === 0 && !this.#skipping && this.#oldLeft + this.#newLeft === 0) {
        const end = this.#head(data, at)
        if (end < 0) break
        at = end
        continue
      }
      const end = data.indexOf(newline, at)
      if (end < 0) {
        if (data.length - at > lineMax) {
          if (!this.#skipping) this.#line(data.subarray(at, at + lineMax))
          this.#skipping = true
          at = data.length
        }
        break
      }
      if (!this.#skipping) this.#line(data.subarray(at, end))
      this.#skipping = false
      at = end + 1
    }
    this.#rest = at < data.length ? Buffer.from(data.subarray(at)) : Buffer.alloc(0)
  }

  end(): void {
    if (this.#rest.length > 0 && !this.#skipping) this.#line(this.#rest)
    this.#finish()
  }

  /** Behind the head that begins at `start`, or -1 where it is not whole yet. */
  #head(data: Buffer, start: number): number {
    const fields: string[] = []
    let at = start + 1
    while (fields.length < headFields) {
      const end = data.indexOf(0, at)
      if (end < 0) {
        if (data.length - start > headMax) throw new GitOutputError('a commit message beyond 8 MiB')
        return -1
      }
      fields.push(data.toString('utf8', at, end))
      at = end + 1
    }
    this.#finish()
    this.#commit = factsOf(fields)
    return at
  }

  #line(line: Buffer): void {
    if (this.#oldLeft + this.#newLeft > 0) {
      this.#content(line)
      return
    }
    const first = line[0]
    if (first === 58) this.#raw(line.toString('utf8'))
    else if (first === 64) this.#hunk(line.toString('utf8'))
    else if (first === 100 && line.toString('latin1', 0, 11) === 'diff --git ') {
      this.#file = this.#order[this.#seen++] ?? null
    } else if (first === plus || first === minus) this.#name(line.toString('utf8'))
    else if (first === 66 && this.#file && line.toString('latin1', 0, 13) === 'Binary files ') {
      this.#file.binary = true
    }
  }

  /** `:100644 100644 <old> <new> M<TAB>path[<TAB>path]` */
  #raw(line: string): void {
    const match = /^:(\d+) (\d+) \S+ \S+ ([A-Z])\d*\t([^\t]*)(?:\t([^\t]*))?$/.exec(line)
    if (!match) return
    if (this.#order.length >= filesMax) {
      this.#overflown = true
      return
    }
    const [, oldMode, newMode, letter = 'M', first = '', second] = match
    const path = unquotePath(second ?? first)
    const status = /^[AMDRC]$/.test(letter) ? (letter as File['status']) : 'M'
    const { words, isCode, isGenerated } = this.#options
    const kept = isCode(path) && !isGenerated(path) && !isSecretFile(path)
    const draft: FileDraft = {
      path,
      oldPath: second === undefined ? undefined : unquotePath(first),
      status,
      submodule: oldMode === '160000' || newMode === '160000',
      added: [],
      text: kept ? new AddedText({ words }) : null,
      hunks: letter === 'T' ? null : [],
      deletedLines: 0,
      binary: false,
    }
    this.#files.set(path, draft)
    // A change of type is printed as two patches of one file.
    this.#order.push(...(letter === 'T' ? [draft, draft] : [draft]))
  }

  #name(line: string): void {
    const name = /^(?:\+\+\+|---) (.*?)\t?$/s.exec(line)?.[1]
    const path = name === undefined ? '' : unquotePath(name)
    if (/^[ab]\//.test(path)) this.#file = this.#files.get(path.slice(2)) ?? this.#file
  }

  #hunk(line: string): void {
    const match = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/s.exec(line)
    if (!match) return
    const [, oldStart, old, from, count, context = ''] = match
    this.#oldLeft = old === undefined ? 1 : Number(old)
    this.#newLeft = count === undefined ? 1 : Number(count)
    this.#newLine = Number(from)
    const file = this.#file
    if (!file || file.submodule) return
    file.deletedLines += this.#oldLeft
    file.hunks?.push({
      oldStart: Number(oldStart),
      oldCount: this.#oldLeft,
      newStart: this.#newLine,
      newCount: this.#newLeft,
    })
    if (this.#newLeft === 0) return
    const to = this.#newLine + this.#newLeft - 1
    const last = file.added.at(-1)
    if (last && last[1] + 1 === this.#newLine) last[1] = to
    else file.added.push([this.#newLine, to])
    if (context !== '') file.text?.context(context)
  }

  #content(line: Buffer): void {
    if (line[0] === minus) this.#oldLeft--
    else if (line[0] === plus) {
      this.#newLeft--
      const text = this.#file?.text
      if (text && !text.full) text.line(line.toString('utf8', 1, 1_600), this.#newLine)
      this.#newLine++
    }
    // Anything else is the note about a missing newline, which stands between the two sides.
  }

  #finish(): void {
    const commit = this.#commit
    if (commit === null) return
    const files = [...this.#files.values()].map((draft) => fileOf(draft, this.#options))
    const hunks = new Map([...this.#files].map(([path, draft]) => [path, draft.hunks]))
    this.#options.take(
      { ...commit, files, notes: [], linked: null },
      this.#overflown ? null : hunks,
    )
    this.#overflown = false
    this.#commit = null
    this.#files = new Map()
    this.#order = []
    this.#seen = 0
    this.#file = null
    this.#oldLeft = this.#newLeft = 0
  }
}

function fileOf(draft: FileDraft, { words, isGenerated }: LogParserOptions): File {
  const { path, oldPath, status, deletedLines, binary } = draft
  const text = draft.text?.result() ?? {
    functions: [],
    tokens: words ? [] : null,
    generated: false,
  }
  return {
    path,
    ...(oldPath === undefined ? {} : { oldPath }),
    status,
    added: draft.added.toSorted((a, b) => a[0] - b[0]),
    deletedLines,
    binary,
    generated: text.generated || isGenerated(path),
    functions: text.functions,
    tokens: text.tokens,
  }
}

function factsOf(fields: readonly string[]): Facts {
  const [sha = '', parents = '', ...rest] = fields
  const [an = '', ae = '', authored = '', cn = '', ce = '', committed = '', message = ''] = rest
  const [seconds = '', offset = ''] = authored.split(' ')
  return {
    sha,
    parents: parents === '' ? [] : parents.split(' '),
    author: { name: an, email: ae },
    committer: { name: cn, email: ce },
    authoredAtMs: milliseconds(seconds),
    committedAtMs: milliseconds(committed),
    tzOffsetMin: minutes(offset),
    message,
  }
}

/** A date that is none, or lies beyond what a date can hold, is the epoch. */
function milliseconds(seconds: string): number {
  const value = Number(seconds) * 1000
  return Number.isSafeInteger(value) && Math.abs(value) <= 8.64e15 ? value : 0
}

function minutes(offset: string): number {
  const match = /^([+-])(\d{2})(\d{2})$/.exec(offset)
  if (!match) return 0
  const total = Number(match[2]) * 60 + Number(match[3])
  return match[1] === '-' ? 0 - total : total
}
