/**
 * A redis-server process of our own, for tests that disturb it: on a free loopback port, with its data in a
 * temporary folder and an append-only file. It can be killed, frozen, set back to an older copy of its data
 * and started again, and is ended by the id of its process.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const pollMs = 20
const startMsMax = 15_000

/** Path of the program, or null where it is not installed. */
export function redisServerProgram(): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of ['redis-server', 'valkey-server']) {
      try {
        accessSync(join(folder, name), constants.X_OK)
        return join(folder, name)
      } catch {
        // The next one, then.
      }
    }
  }
  return null
}

export class RedisServer {
  readonly port: number
  readonly #folder: string
  readonly #args: readonly string[]
  #process: ChildProcess | null = null

  private constructor(port: number, folder: string, args: readonly string[]) {
    this.port = port
    this.#folder = folder
    this.#args = args
  }

  /** `args` come after ours, and so win over them. */
  static async start(args: readonly string[] = []): Promise<RedisServer> {
    const folder = mkdtempSync(join(tmpdir(), 'culprit-redis-'))
    const server = new RedisServer(await freePort(), folder, args)
    await server.restart()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  get pid(): number {
    return this.#process!.pid!
  }

  /** Starts the process again after `kill`, on the same port and data. */
  async restart(): Promise<void> {
    const program = redisServerProgram()
    if (program === null) throw new Error('no redis-server on PATH')
    const loopback = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder]
    const durable = ['--appendonly', 'yes', '--save', '']
    const quiet = ['--daemonize', 'no', '--loglevel', 'warning']
    const all = [...loopback, ...durable, ...quiet, ...this.#args]
    const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'pipe'] })
    const said: string[] = []
    child.stdout.on('data', (text) => said.push(String(text)))
    child.stderr.on('data', (text) => said.push(String(text)))
    // A run that is broken off leaves no server behind.
    const end = () => child.kill('SIGKILL')
    process.once('exit', end)
    child.once('exit', () => process.off('exit', end))
    this.#process = child
    await this.#answers(said)
  }

  /** SIGKILL: nothing is flushed. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Stops the process without closing anything, as a machine that hangs. */
  freeze(): void {
    this.#process!.kill('SIGSTOP')
  }

  thaw(): void {
    this.#process!.kill('SIGCONT')
  }

  /** Copies the data as they are now; the function returned kills the process, puts them back and starts it. */
  remember(): () => Promise<void> {
    const copy = `${this.#folder}-copy-${copyNumber++}`
    cpSync(this.#folder, copy, { recursive: true })
    return async () => {
      await this.kill()
      rmSync(this.#folder, { recursive: true })
      cpSync(copy, this.#folder, { recursive: true })
      rmSync(copy, { recursive: true })
      await this.restart()
    }
  }

  /** FLUSHALL, said in so many bytes. */
  async flush(): Promise<void> {
    const socket = connect(this.port, '127.0.0.1')
    await new Promise<void>((resolve, reject) => {
      socket.once('data', () => resolve())
      socket.once('error', reject)
      socket.write('FLUSHALL\r\n')
    })
    socket.destroy()
  }

  async stop(): Promise<void> {
    if (this.#process !== null) await this.#end('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    this.#process = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.kill(signal)
    })
  }

  async #answers(said: readonly string[]): Promise<void> {
    const untilMs = performance.now() + startMsMax
    const tlsPort = this.#args.indexOf('--tls-port')
    const port = tlsPort === -1 ? this.port : Number(this.#args[tlsPort + 1])
    for (;;) {
      const child = this.#process
      if (child === null || child.exitCode !== null || performance.now() > untilMs) {
        throw new Error(`redis-server did not start: ${said.join('')}`)
      }
      if (await ping(port, tlsPort !== -1)) return
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }
}

let copyNumber = 0

/** Whether it answers and has read its data; a server that wants a password or TLS first is there. */
function ping(port: number, isTls: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      if (isTls) end(true)
      else socket.write('PING\r\n')
    })
    const end = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('data', (answer) => end(!String(answer).startsWith('-LOADING')))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
