/**
 * A small real repository in a temporary folder, built with fixed identities and dates, so that the same steps give
 * the same commits.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface CommitOptions {
  readonly message?: string
  readonly author?: string
  readonly committer?: string
  /** Minutes after the first commit's date. */
  readonly minute?: number
}

const personLine = /^(.*) <(.*)>$/
const dana = 'Dana Smith <dana@shop.dev>'
const startSeconds = Date.parse('2026-06-10T12:00:00Z') / 1000

export class GitRepository {
  readonly path: string
  #minute = 0

  constructor() {
    this.path = mkdtempSync(join(tmpdir(), 'culprit-git-'))
    this.git('init', '-q', '-b', 'main')
  }

  git(...args: string[]): string {
    return this.run(args, {})
  }

  run(args: readonly string[], env: Record<string, string>, input?: string): string {
    return execFileSync('git', args, {
      cwd: this.path,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      ...(input === undefined ? {} : { input }),
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: this.path,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'Dana Smith',
        GIT_AUTHOR_EMAIL: 'dana@shop.dev',
        GIT_COMMITTER_NAME: 'Dana Smith',
        GIT_COMMITTER_EMAIL: 'dana@shop.dev',
        GIT_AUTHOR_DATE: `${startSeconds} +0200`,
        GIT_COMMITTER_DATE: `${startSeconds} +0200`,
        ...env,
      },
    })
  }

  write(path: string, text: string | Uint8Array): void {
    const full = join(this.path, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, text)
  }

  /** Commits everything in the folder and answers the commit. */
  commit(options: CommitOptions = {}): string {
    this.git('add', '-A')
    return this.seal(['commit', '-q', '--allow-empty', '--cleanup=verbatim', '-F', '-'], options)
  }

  /** Runs a committing command with an identity and the next minute. */
  seal(args: readonly string[], options: CommitOptions = {}): string {
    const { message = 'change', author = dana, committer = dana, minute = ++this.#minute } = options
    const [, authorName = '', authorEmail = ''] = personLine.exec(author) ?? []
    const [, committerName = '', committerEmail = ''] = personLine.exec(committer) ?? []
    const date = `${startSeconds + minute * 60} +0200`
    const env = {
      GIT_AUTHOR_NAME: authorName,
      GIT_AUTHOR_EMAIL: authorEmail,
      GIT_COMMITTER_NAME: committerName,
      GIT_COMMITTER_EMAIL: committerEmail,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    }
    this.run(args, env, message)
    return this.git('rev-parse', 'HEAD').trim()
  }

  note(sha: string, text: string, ref = 'refs/notes/ai'): void {
    this.run(['notes', `--ref=${ref}`, 'add', '-f', '-F', '-', sha], {}, text)
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
