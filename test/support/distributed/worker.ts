/** A process of the program as its user starts it, on given Kafka and Redis, that a test may kill, freeze and stop. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const main = join(import.meta.dirname, '../../../src/cli/main.ts')
const readyMsMax = 60_000
/** Draining, publishing, leaving: each has its own bound, and together they stay below this. */
const stopMsMax = 45_000
const keptCharacters = 8_000

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export interface WorkerOptions {
  readonly brokers: readonly string[]
  readonly redisUrl: string
  readonly roles?: string
  readonly settings?: readonly string[]
}

export class Worker {
  readonly url: string
  readonly otlpUrl: string | null
  readonly #child: ChildProcess
  readonly #said: { text: string }
  readonly #folder: string

  private constructor(child: ChildProcess, ready: Ready, said: { text: string }, folder: string) {
    this.#child = child
    this.url = ready.page
    this.otlpUrl = ready.otlp
    this.#said = said
    this.#folder = folder
  }

  static async start({ brokers, redisUrl, roles, settings = [] }: WorkerOptions): Promise<Worker> {
    const folder = mkdtempSync(join(tmpdir(), 'culprit-worker-'))
    const set = [
      'http.listen=127.0.0.1:0',
      'ingest.otlpListen=127.0.0.1:0',
      'kafka.partitions=3',
      `kafka.brokers=${brokers.join(',')}`,
      `redis.url=${redisUrl}`,
      ...settings,
    ].flatMap((each) => ['--set', each])
    const child = spawn(
      process.execPath,
      [main, 'up', ...(roles === undefined ? [] : ['--roles', roles]), ...set],
      { cwd: folder, env: withoutSettings(), stdio: ['ignore', 'ignore', 'pipe'] },
    )
    running.add(child)
    child.once('exit', () => running.delete(child))
    const said = { text: '' }
    let isReady = false
    const ready = await new Promise<Ready>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not ready: ${said.text}`)), readyMsMax)
      child.once('exit', (code) => reject(new Error(`ended with ${code}: ${said.text}`)))
      child.stderr!.on('data', (chunk: Buffer) => {
        said.text = (said.text + chunk.toString()).slice(-keptCharacters)
        if (isReady) return
        const line = said.text.split('\n').find((each) => each.includes('"msg":"ready"}'))
        if (line === undefined) return
        isReady = true
        clearTimeout(timer)
        resolve(JSON.parse(line) as Ready)
      })
    })
    return new Worker(child, ready, said, folder)
  }

  get pid(): number {
    return this.#child.pid!
  }

  get said(): string {
    return this.#said.text
  }

  /** SIGKILL: nothing is told to anybody. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  /** In order; its exit code. One that does not end in time says what it was doing. */
  async stop(): Promise<number | null> {
    const ended = this.#end('SIGTERM')
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), stopMsMax)
    })
    const code = await Promise.race([ended, late])
    clearTimeout(timer)
    if (code !== 'late') return code
    await this.kill()
    throw new Error(`did not stop within ${stopMsMax} ms: ${this.said}`)
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill(signal)
      await ended
    }
    rmSync(this.#folder, { recursive: true, force: true })
    return child.exitCode
  }
}

interface Ready {
  readonly page: string
  readonly otlp: string | null
}

/** What the user of the tests has set for the program is not meant for it here. */
function withoutSettings(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(OTEL|CULPRIT|KAFKA|REDIS)_|^VITEST|^NODE_OPTIONS$/.test(name),
    ),
  )
}
