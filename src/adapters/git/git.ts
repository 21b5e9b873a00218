/**
 * Runs git on a repository that is not trusted: no shell, no hook, no monitor, no network, no configuration but that of
 * the repository it is given; the one that reads objects is given an empty one of ours (`open-repository.ts`).
 *
 * Output is a stream. A process that takes longer than its time is killed. The environment is made anew, so that
 * GIT_DIR and its like of a surrounding hook do not lead astray. Source: libraries reference, section 11.
 */
import { spawn } from 'node:child_process'

export interface Finished {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

export class GitMissingError extends Error {
  override readonly name = 'GitMissingError'
}

/** The repository could not be read to the end. */
export class GitOutputError extends Error {
  override readonly name = 'GitOutputError'
}

const processMsMax = 120_000
const stdoutMax = 64 * 1024 * 1024
const stderrMax = 16 * 1024

const safe = [
  '--no-pager',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.attributesFile=/dev/null',
  '-c',
  'core.quotePath=false',
  '-c',
  'protocol.allow=never',
]

const environment = ({ gitDir, objects }: Omit<Place, 'folder'>): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  TZ: 'UTC',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_LITERAL_PATHSPECS: '1',
  ...(gitDir === null ? {} : { GIT_DIR: gitDir }),
  ...(objects === null ? {} : { GIT_OBJECT_DIRECTORY: objects }),
})

export interface Place {
  /** Where git is started. */
  readonly folder: string
  /** Null: git looks for the repository itself, and checks who owns it. */
  readonly gitDir: string | null
  /** Where the objects lie, if not in `gitDir`. */
  readonly objects: string | null
}

export class Git {
  readonly #place: Place

  constructor(place: Place) {
    this.#place = place
  }

  /** The whole output, for what is known to be short. */
  async run(args: readonly string[]): Promise<Finished> {
    const chunks: Buffer[] = []
    let size = 0
    const finished = await this.stream(args, (chunk) => {
      size += chunk.length
      if (size <= stdoutMax) chunks.push(chunk)
    })
    return { ...finished, stdout: Buffer.concat(chunks) }
  }

  /** Feeds `take` as the output comes; `input` is written to standard input. */
  stream(
    args: readonly string[],
    take: (chunk: Buffer) => void,
    input: string | null = null,
    encoding: BufferEncoding = 'utf8',
  ): Promise<Omit<Finished, 'stdout'>> {
    return new Promise((resolve, reject) => {
      const child = spawn('git', [...safe, ...args], {
        cwd: this.#place.folder,
        env: environment(this.#place),
        stdio: [input === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        timeout: processMsMax,
        killSignal: 'SIGKILL',
      })
      let stderr = ''
      let fault: Error | null = null
      child.stdout!.on('data', (chunk: Buffer) => {
        if (fault !== null) return
        try {
          take(chunk)
        } catch (error) {
          fault = error as Error
          child.kill('SIGKILL')
        }
      })
      child.stderr!.on('data', (chunk: Buffer) => {
        if (stderr.length < stderrMax) stderr += chunk.toString('utf8')
      })
      child.on('error', (error: NodeJS.ErrnoException) => {
        reject(error.code === 'ENOENT' ? new GitMissingError('git cannot be started') : error)
      })
      child.on('close', (code) => {
        if (fault !== null) reject(fault)
        else resolve({ code: code ?? -1, stderr: stderr.trim() })
      })
      if (input !== null && child.stdin) {
        // A git that ends early closes the pipe; its exit code says why.
        child.stdin.on('error', () => {})
        child.stdin.end(input, encoding)
      }
    })
  }
}
