/**
 * The connection to one server or to a cluster, and calls that always end.
 *
 * A call is sent only while the connection stands: nothing waits in a queue for a server to come back. It is
 * sent again by itself only where a node of a cluster refused to run it (MOVED, ASK, TRYAGAIN, CLUSTERDOWN);
 * whether to repeat a call that may have run is the caller's to decide. A call without an answer rejects after
 * the deadline, and a connection that is silent for so long is given up and made anew, for ever. What was sent
 * may still run later: every script compares generation or commit first.
 */
import { Cluster, Redis } from 'ioredis'
import { ConfigError, type UnreachableError } from '../../core/kernel/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Target } from './connection-options.ts'
import { failureOf, isProtected, protectedMode, unreachable, wrongSetting } from './failures.ts'
import { greetingOf } from './greeting.ts'
import {
  commitScript,
  probeScript,
  resetScript,
  restartScript,
  type TakeAnswer,
  takeScript,
} from './scripts.ts'

type Argument = string | Buffer
type Script<Answer> = (
  keyCount: number,
  keys: readonly string[],
  values: readonly Argument[],
) => Promise<Answer>

/** What is used of a client, whichever it is. ioredis flattens arrays by one level. */
export interface Commands {
  readonly culpritCommit: Script<string>
  readonly culpritTake: Script<TakeAnswer>
  readonly culpritReset: Script<string>
  readonly culpritRestart: Script<string>
  readonly culpritProbe: Script<string>
  hget(key: string, field: string): Promise<string | null>
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>
  hscanBuffer(key: string, cursor: string, ...options: string[]): Promise<[Buffer, Buffer[]]>
  getBuffer(key: string): Promise<Buffer | null>
  smembers(key: string): Promise<string[]>
  sadd(key: string, member: string): Promise<number>
  exists(key: string): Promise<number>
}

const retryMsMax = 2_000
const slotsRefreshMs = 5_000

export interface ConnectOptions {
  readonly target: Target
  readonly cluster: boolean
  readonly clock: Clock
  readonly deadlineMs: number
}

export class Connection {
  readonly #client: Redis | Cluster
  readonly #options: ConnectOptions
  /** Why there is no connection, as last heard; cleared when there is one. */
  #trouble: string | null = null

  constructor(options: ConnectOptions) {
    this.#options = options
    this.#client = clientOf(options)
    for (const [name, lua] of Object.entries({
      culpritCommit: commitScript,
      culpritTake: takeScript,
      culpritReset: resetScript,
      culpritRestart: restartScript,
      culpritProbe: probeScript,
    })) {
      this.#client.defineCommand(name, { lua })
    }
    for (const event of ['error', 'node error'] as const) {
      this.#client.on(event, (error: Error) => (this.#trouble = error.message))
    }
    this.#client.on('ready', () => (this.#trouble = null))
  }

  get address(): string {
    return this.#options.target.address
  }

  /** Connects for the first time. */
  async ready(): Promise<void> {
    const { clock, deadlineMs } = this.#options
    let cancel = () => {}
    try {
      await new Promise<void>((resolve, reject) => {
        const heard = (error: Error) => {
          const wrong = wrongSetting(error, this.address)
          if (wrong !== null) reject(wrong)
        }
        this.#client.on('error', heard).on('node error', heard)
        this.#client.once('ready', resolve)
        cancel = clock.timer(deadlineMs, () => reject(this.#absent()))
        // Its own rejection only says that the connection is closed; the reason comes as an event.
        this.#client.connect().catch(() => {})
      })
    } catch (error) {
      if (error instanceof ConfigError) throw error
      const greeting = await greetingOf(this.#options.target, clock)
      throw isProtected(greeting) ? protectedMode(this.address) : error
    } finally {
      cancel()
    }
  }

  async call<Answer>(
    act: (commands: Commands) => Promise<Answer>,
    failure = failureOf,
  ): Promise<Answer> {
    if (this.#client.status !== 'ready') throw this.#absent()
    return this.#answered(act(this.#client as unknown as Commands), failure)
  }

  /** Asks each server that takes writes, in the order of their addresses. */
  async callMasters<Answer>(
    act: (master: Redis, address: string) => Promise<Answer>,
  ): Promise<Answer[]> {
    if (this.#client.status !== 'ready') throw this.#absent()
    const client = this.#client
    const masters = client instanceof Cluster ? client.nodes('master') : [client]
    const addressed = masters
      .map((master) => ({ master, address: `${master.options.host}:${master.options.port}` }))
      .sort((a, b) => (a.address < b.address ? -1 : 1))
    return Promise.all(addressed.map(({ master, address }) => this.#answered(act(master, address))))
  }

  close(): void {
    this.#client.disconnect()
  }

  #answered<Answer>(answer: Promise<Answer>, failure = failureOf): Promise<Answer> {
    const { clock, deadlineMs } = this.#options
    return new Promise((resolve, reject) => {
      const cancel = clock.timer(deadlineMs, () =>
        reject(unreachable(this.address, `nothing for ${deadlineMs} ms`)),
      )
      answer.then(resolve, (error: unknown) => reject(failure(error, this.address))).finally(cancel)
    })
  }

  #absent(): UnreachableError {
    return unreachable(this.address, this.#trouble ?? `the connection is ${this.#client.status}`)
  }
}

function clientOf({ target, cluster, deadlineMs }: ConnectOptions): Redis | Cluster {
  const common = {
    ...target.access,
    connectTimeout: deadlineMs,
    // A server may hang with its connection open: without this, TCP would wait a quarter of an hour.
    socketTimeout: deadlineMs,
    // Calls in flight are rejected when the connection breaks, not sent a second time.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // A master that became a replica: the name may lead to the new one by now.
    reconnectOnError: (error: Error) => error.message.includes('READONLY'),
    connectionName: 'culprit',
  }
  const retryMs = (times: number) => Math.min(50 * 2 ** Math.min(times - 1, 6), retryMsMax)
  const { host, port } = target
  if (!cluster) {
    return new Redis({
      ...common,
      host,
      port,
      lazyConnect: true,
      enableOfflineQueue: false,
      retryStrategy: retryMs,
    })
  }
  return new Cluster([{ host, port }], {
    redisOptions: common,
    lazyConnect: true,
    clusterRetryStrategy: retryMs,
    // Names stay names: a certificate is made out to them.
    dnsLookup: (name, done) => done(null, name),
    slotsRefreshInterval: slotsRefreshMs,
    slotsRefreshTimeout: deadlineMs,
    retryDelayOnFailover: 0,
  })
}
