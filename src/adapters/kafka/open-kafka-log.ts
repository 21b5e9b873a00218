/**
 * The log on Kafka, behind the port.
 *
 * Appends go through one queue (`append-queue.ts`), reading through groups (`membership.ts`), questions
 * through a client of its own (`cluster-client.ts`). Offsets live with the state of their reader, never
 * with the group, but for units without a checkpoint. What this file adds: opening, closing, deadlines.
 */
import type kafkajs from 'kafkajs'
import { ConfigError, UnreachableError } from '../../core/kernel/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type {
  EventLog,
  GroupOffset,
  JoinRequest,
  LogPlace,
  LogRecord,
  Membership,
  NewRecord,
  TopicSpec,
} from '../../ports/event-log.ts'
import { AppendQueue } from './append-queue.ts'
import { type ClientOptions, openClient } from './client.ts'
import { ClusterClient } from './cluster-client.ts'
import { endedWithin, within } from './deadline.ts'
import { asUnreachable, isRefusedLogin, messageOf } from './failures.ts'
import { inspectCluster, type KafkaInspection } from './inspect.ts'
import { GroupMembership } from './membership.ts'
import { readAll } from './read-all.ts'
import { Sender } from './sender.ts'
import { ensureTopics } from './topics.ts'

export interface KafkaLogOptions extends ClientOptions {
  readonly clock: Clock
  /** Replicas of topics that are made; fewer when there are fewer brokers. */
  readonly replicationFactor: number
  /** A member that is silent for longer loses its partitions. */
  readonly sessionTimeoutMs: number
  /** Before the name of every group. */
  readonly groupPrefix?: string
  /** How long a call may wait for the brokers before it is refused. */
  readonly withinMs?: number
}

const defaultWithinMs = 10_000
/** Opening and making topics talk to several brokers in turn. */
const ensureWithinMs = 30_000
const closeWithinMs = 5_000

/** Rejects with UnreachableError when no broker answers, with ConfigError when they refuse the login. */
export async function openKafkaLog(options: KafkaLogOptions): Promise<KafkaLog> {
  const log = new KafkaLog(options)
  try {
    await log.open()
    return log
  } catch (error) {
    await log.close()
    throw error
  }
}

export class KafkaLog implements EventLog {
  readonly #options: KafkaLogOptions
  readonly #client: kafkajs.Kafka
  readonly #cluster: ClusterClient
  readonly #sender: Sender
  readonly #queue: AppendQueue
  readonly #withinMs: number
  readonly #partitions = new Map<string, number>()
  readonly #memberships = new Set<GroupMembership>()
  #admin: Promise<kafkajs.Admin> | null = null
  #closed = false

  constructor(options: KafkaLogOptions) {
    const { clock, told, withinMs = defaultWithinMs } = options
    this.#options = options
    this.#withinMs = withinMs
    this.#client = openClient(options)
    this.#cluster = new ClusterClient({ client: this.#client, clock, withinMs })
    this.#sender = new Sender(this.#client, clock)
    this.#queue = new AppendQueue({
      send: (batches) => this.#sender.send(batches),
      gaveUp: () => this.#sender.renew(),
      clock,
      told,
      withinMs,
    })
  }

  async open(): Promise<void> {
    await this.#asAdmin(`opening ${this.#options.brokers.join(', ')}`, async (admin) => {
      await admin.describeCluster()
    }).catch((error: unknown) => {
      if (!isRefusedLogin(error)) throw error
      throw new ConfigError('kafka.sasl', `a login that the brokers take (${messageOf(error)})`)
    })
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    const { clock, replicationFactor } = this.#options
    const { counts, made } = await this.#asAdmin('making topics', (admin) =>
      ensureTopics({ admin, clock, specs, replicationFactor }),
    )
    // A leader may not know yet that it is one. An append that one of its partitions refuses is sent
    // again whole, and would lie twice in the others.
    await Promise.all(
      made.flatMap((topic) =>
        Array.from({ length: counts.get(topic)! }, (_, partition) =>
          this.#cluster.offsets({ topic, partition }),
        ),
      ),
    )
    for (const [name, partitions] of counts) this.#partitions.set(name, partitions)
  }

  partitionCount(topic: string): number {
    const count = this.#partitions.get(topic)
    if (count === undefined) throw new Error(`topic ${topic} was not ensured`)
    return count
  }

  append(records: readonly NewRecord[]): Promise<void> {
    for (const { topic, partition } of records) {
      if (partition < this.partitionCount(topic)) continue
      return Promise.reject(new Error(`${topic} has no partition ${partition}`))
    }
    return this.#queue.append(records)
  }

  async join(request: JoinRequest): Promise<Membership> {
    this.#refuseWhenClosed()
    const { clock, told, sessionTimeoutMs } = this.#options
    const membership = new GroupMembership({
      // Clients of kafkajs share committed offsets by group: two members of one group need two.
      client: { consumer: (config) => openClient(this.#options).consumer(config) },
      cluster: this.#cluster,
      clock,
      told,
      sessionTimeoutMs,
      withinMs: this.#withinMs,
      request: { ...request, group: this.#groupName(request.group) },
      left: (gone) => this.#memberships.delete(gone),
    })
    this.#memberships.add(membership)
    try {
      await membership.join()
    } catch (error) {
      this.#memberships.delete(membership)
      throw error
    }
    return membership
  }

  async readAll(topic: string, visit: (record: LogRecord) => void): Promise<void> {
    this.#refuseWhenClosed()
    const { clock } = this.#options
    const partitions = this.partitionCount(topic)
    await readAll({ cluster: this.#cluster, clock, topic, partitions, visit })
  }

  async offsets(topic: string, partition: number): Promise<{ earliest: number; end: number }> {
    this.#refuseWhenClosed()
    const { earliest, end } = await this.#cluster.offsets({ topic, partition })
    return { earliest, end }
  }

  groupOffset(group: string, place: LogPlace): Promise<GroupOffset | null> {
    return this.#cluster.committed(this.#groupName(group), place)
  }

  setGroupOffset(group: string, place: LogPlace, offset: GroupOffset): Promise<'ok' | 'busy'> {
    return this.#cluster.setOffset(this.#groupName(group), place, offset)
  }

  /** Never rejects for brokers that do not answer: that is what it tells. */
  async inspect(topics: readonly string[]): Promise<KafkaInspection> {
    try {
      const found = await this.#asAdmin('inspecting', (admin) => inspectCluster(admin, topics))
      return { ...found, apis: await this.#cluster.apis() }
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
      return { reachable: false, why: error.message, apis: null, brokers: [], topics: [] }
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const { clock } = this.#options
    const admin = this.#admin
    const ended = Promise.all([
      ...[...this.#memberships].map((membership) => membership.leave()),
      this.#queue.close().then(() => this.#sender.close()),
      this.#cluster.close(),
      admin?.then((open) => open.disconnect()).catch(() => undefined),
    ])
    await endedWithin(clock, closeWithinMs, ended)
  }

  /** An admin client that failed is replaced, so that the next question begins anew. */
  async #asAdmin<T>(doing: string, act: (admin: kafkajs.Admin) => Promise<T>): Promise<T> {
    this.#refuseWhenClosed()
    const { clock } = this.#options
    const admin = (this.#admin ??= this.#openAdmin())
    const withinMs = doing === 'making topics' ? ensureWithinMs : this.#withinMs
    try {
      return await within({ clock, withinMs, doing }, admin.then(act))
    } catch (error) {
      if (error instanceof ConfigError) throw error
      if (this.#admin === admin) this.#admin = null
      void admin.then((open) => open.disconnect()).catch(() => undefined)
      const failure = asUnreachable(error, doing)
      if (failure instanceof UnreachableError) {
        this.#options.told({ kind: 'unreachable', doing, why: failure.message })
      }
      throw failure
    }
  }

  async #openAdmin(): Promise<kafkajs.Admin> {
    const admin = this.#client.admin({ retry: { retries: 5 } })
    await admin.connect()
    return admin
  }

  #groupName(group: string): string {
    return `${this.#options.groupPrefix ?? ''}${group}`
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new UnreachableError('Kafka: the log is closed')
  }
}
