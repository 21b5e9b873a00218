/**
 * Makes the shop's repository out of its template and commits, and checks releases out of it. The same commits give
 * the same revisions on every machine: dates are fixed and no setting of the user's git is read.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { UnreachableError } from '../../core/kernel/errors.ts'
import type { ShopCommit } from './commits.ts'
import { applyEdit } from './edit.ts'
import { addedLines, gitAiNote } from './git-note.ts'

const template = join(import.meta.dirname, 'shop')
const firstCommitMs = Date.parse('2026-09-01T08:00:00Z')
const betweenCommitsMs = 19 * 3_600_000

const run = promisify(execFile)

export class ShopRepository {
  readonly path: string
  readonly #folder: string
  #commits = 0

  /** `folder` takes the repository and, beside it, the checkouts. */
  constructor(folder: string) {
    this.#folder = folder
    this.path = join(folder, 'shop')
  }

  async init(): Promise<void> {
    mkdirSync(this.path, { recursive: true })
    await this.#git(['init', '-q', '-b', 'main'])
    // What the shop depends on is installed with this program.
    symlinkSync(packagesFolder(), join(this.#folder, 'node_modules'), 'junction')
  }

  async commit(commit: ShopCommit): Promise<string> {
    for (const path of commit.adds ?? []) {
      cpSync(join(template, path), join(this.path, path), { recursive: true })
    }
    for (const edit of commit.edits ?? []) {
      const path = join(this.path, edit.path)
      writeFileSync(path, applyEdit(readFileSync(path, 'utf8'), edit))
    }
    const { name, email } = commit.author
    const date = new Date(firstCommitMs + this.#commits++ * betweenCommitsMs).toISOString()
    const who = {
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
      GIT_COMMITTER_DATE: date,
    }
    await this.#git(['add', '--all'])
    await this.#git(['commit', '-q', '--cleanup=verbatim', '-m', commit.message], who)
    const revision = await this.#git(['rev-parse', 'HEAD'])
    if (commit.note) await this.#annotate(revision, commit, who)
    return revision
  }

  async #annotate(revision: string, { note, author }: ShopCommit, who: NodeJS.ProcessEnv) {
    const diff = await this.#git(['show', '--unified=0', '--format=', revision])
    const text = gitAiNote({
      ...note!,
      author: `${author.name} <${author.email}>`,
      parent: await this.#git(['rev-parse', `${revision}^`]),
      lines: addedLines(diff),
    })
    await this.#git(['notes', '--ref=ai', 'add', '-m', text, revision], who)
  }

  async tag(name: string, revision: string): Promise<void> {
    await this.#git(['tag', name, revision])
  }

  /** A working copy of a revision, from which it is run. */
  async checkOut(name: string, revision: string): Promise<string> {
    const path = join(this.#folder, 'releases', name)
    await this.#git(['worktree', 'add', '-q', '--detach', path, revision])
    return path
  }

  async #git(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
    const { PATH, SystemRoot } = process.env
    const env = {
      ...(PATH === undefined ? {} : { PATH }),
      ...(SystemRoot === undefined ? {} : { SystemRoot }),
      HOME: this.#folder,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      ...environment,
    }
    const settings = ['-c', 'core.autocrlf=false', '-c', 'commit.gpgsign=false']
    try {
      const { stdout } = await run('git', [...settings, ...args], { cwd: this.path, env })
      return stdout.trim()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') throw new UnreachableError('git is not installed')
      throw new UnreachableError(`git ${args[0]} failed: ${message}`)
    }
  }
}

/** Where the packages lie that this program was installed with. */
function packagesFolder(): string {
  const entry = createRequire(import.meta.url).resolve('@opentelemetry/api')
  const at = entry.lastIndexOf(`${join('node_modules', '@opentelemetry')}`)
  return join(entry.slice(0, at), 'node_modules')
}
