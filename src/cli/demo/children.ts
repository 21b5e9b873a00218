/**
 * The demo's child processes. None outlives the demo: each is ended when asked, all of them when this process exits,
 * and each ends itself when the channel to this process breaks.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { UnreachableError } from '../../core/kernel/errors.ts'

const readyMsMax = 30_000
const stopMsMax = 5_000
const outputCharactersMax = 4_000

export interface Started {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

export interface Program {
  readonly name: string
  readonly folder: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** What it says when it is ready, with its address. Left out: ` listening on ADDRESS`. */
  readonly ready?: RegExp
}

export class Children {
  readonly #running = new Set<ChildProcess>()
  #stopped = false
  readonly #killAll = () => {
    for (const child of this.#running) child.kill('SIGKILL')
  }

  constructor() {
    process.once('exit', this.#killAll)
  }

  /** Resolves when it says where it listens. */
  async start({ name, folder, args, env, ready }: Program): Promise<Started> {
    this.#refuseWhenStopped(name)
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#running.add(child)
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.once('error', () => resolve())
    }).then(() => this.#running.delete(child))
    const url = await listening(name, child, { ended, ready: ready ?? / listening on (\S+)/ })
    return {
      url,
      pid: child.pid!,
      stop: async () => {
        child.kill('SIGTERM')
        const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
        await ended
        clearTimeout(timer)
      },
    }
  }

  /** Runs to its end; its standard output. */
  async run({ name, folder, args, env }: Program): Promise<string> {
    this.#refuseWhenStopped(name)
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#running.add(child)
    let output = ''
    let complaints = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => {
      complaints = (complaints + chunk.toString()).slice(-outputCharactersMax)
    })
    const code = await new Promise<number | null>((resolve) => {
      child.once('close', resolve)
      child.once('error', () => resolve(null))
    })
    this.#running.delete(child)
    if (code !== 0) throw new UnreachableError(`${name} did not work: ${complaints.trim()}`)
    return output
  }

  /** Ends all of them; none is started any more. */
  async stop(): Promise<void> {
    this.#stopped = true
    process.off('exit', this.#killAll)
    const ended = [...this.#running].map(
      (child) => new Promise((resolve) => child.once('exit', resolve)),
    )
    this.#killAll()
    await Promise.all(ended)
  }

  #refuseWhenStopped(name: string): void {
    if (this.#stopped) throw new UnreachableError(`${name} is not started: the demo is at its end`)
  }
}

function listening(
  name: string,
  child: ChildProcess,
  { ended, ready }: { readonly ended: Promise<unknown>; readonly ready: RegExp },
): Promise<string> {
  let output = ''
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      reject(new UnreachableError(`${name} ${why}${output === '' ? '' : `: ${output.trim()}`}`))
    }
    const timer = setTimeout(() => fail('did not start in time'), readyMsMax)
    void ended.then(() => {
      clearTimeout(timer)
      fail('ended')
    })
    const take = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-outputCharactersMax)
      const address = ready.exec(output)?.[1]
      if (address === undefined) return
      clearTimeout(timer)
      resolve(address)
    }
    child.stdout!.on('data', take)
    child.stderr!.on('data', take)
  })
}
