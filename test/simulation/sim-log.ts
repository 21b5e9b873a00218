/**
 * One process's view of the shared log. Appends are stored whole, or an order-keeping part of each
 * partition, or not at all, and the answer may be lost or late: also after its sender has died. Assignments
 * come late, the newest one only. A process that was paused beyond its session reads on with its old
 * readers until it hears that it lost them.
 */
import { UnreachableError } from '../../src/core/kernel/errors.ts'
import type {
  EventLog,
  Fetched,
  FetchRequest,
  GroupOffset,
  JoinRequest,
  LogPlace,
  LogRecord,
  NewRecord,
  PartitionReader,
} from '../../src/ports/event-log.ts'
import { topics } from './feed.ts'
import { type Life, type Network, wait } from './network.ts'

export interface Place {
  readonly log: EventLog
  readonly network: Network
  readonly life: Life
}

export interface Membership {
  /** The session has run out: others take over, and the member does not know. */
  expel(): void
  rejoin(): Promise<void>
}

const told = new Set([topics.releases, topics.incidents, topics.alerts])

export class SimLog implements EventLog {
  readonly memberships: Membership[] = []
  readonly #place: Place
  #sending: Promise<unknown> = Promise.resolve()

  constructor(place: Place) {
    this.#place = place
  }

  ensureTopics(): Promise<void> {
    return Promise.resolve()
  }

  partitionCount(topic: string): number {
    return this.#place.log.partitionCount(topic)
  }

  append(records: readonly NewRecord[]): Promise<void> {
    const sent = this.#sending.then(() => this.#append(records))
    this.#sending = sent.catch(() => undefined)
    return sent
  }

  async #append(records: readonly NewRecord[]): Promise<void> {
    const { life, network, log } = this.#place
    const dies = records.some(({ topic }) => told.has(topic)) ? network.diesTelling : null
    if (dies !== null) network.diesTelling = null
    if (dies === 'before') life.kill()
    await life.step()
    await network.travel()
    const away = network.isAway('log')
    if (away || network.fails()) {
      if (!away) await log.append(partOf(records, network))
      await network.travel()
      await life.step()
      throw new UnreachableError('the log did not answer')
    }
    await log.append(records)
    if (dies === 'after') life.kill()
    await network.travel()
    await life.step()
    if (network.fails()) throw new UnreachableError('the answer of the log was lost')
  }

  async join(request: JoinRequest) {
    const { log, life } = this.#place
    const deliver = this.#delivery(request)
    const join = () => log.join({ ...request, assigned: deliver })
    let membership: { leave(): Promise<void> } | null = await join()
    const leave = () => {
      void membership?.leave()
      membership = null
    }
    this.memberships.push({
      expel: leave,
      rejoin: async () => {
        membership ??= await join()
      },
    })
    return {
      leave: async () => {
        await life.step()
        leave()
      },
    }
  }

  /** Hands over the newest assignment, some time later, while the process is up. */
  #delivery({ assigned }: JoinRequest): JoinRequest['assigned'] {
    const { network, life } = this.#place
    let newest: readonly PartitionReader[] | null = null
    const hand = async () => {
      await network.travel()
      await life.step()
      const readers = newest
      newest = null
      if (readers !== null) assigned(readers.map((reader) => new SimReader(reader, this.#place)))
    }
    return (readers) => {
      newest = readers
      void hand()
    }
  }

  readAll(topic: string, visit: (record: LogRecord) => void): Promise<void> {
    return this.#call(() => this.#place.log.readAll(topic, visit))
  }

  offsets(topic: string, partition: number) {
    return this.#call(() => this.#place.log.offsets(topic, partition))
  }

  groupOffset(group: string, place: LogPlace): Promise<GroupOffset | null> {
    return this.#call(() => this.#place.log.groupOffset(group, place))
  }

  setGroupOffset(group: string, place: LogPlace, offset: GroupOffset): Promise<'ok' | 'busy'> {
    return this.#call(() => this.#place.log.setGroupOffset(group, place, offset))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  async #call<T>(act: () => Promise<T>): Promise<T> {
    const { life, network } = this.#place
    await life.step()
    try {
      return await network.call('log', act)
    } finally {
      await life.step()
    }
  }
}

/** Of each partition the records up to some place. */
function partOf(records: readonly NewRecord[], network: Network): NewRecord[] {
  const cut = new Set<string>()
  const chance = network.random()
  return records.filter(({ topic, partition }) => {
    const name = `${topic}/${partition}`
    if (!cut.has(name) && network.random() < chance) cut.add(name)
    return !cut.has(name)
  })
}

class SimReader implements PartitionReader {
  readonly topic: string
  readonly partition: number
  readonly #place: Place
  #reader: PartitionReader
  #next = 0

  constructor(reader: PartitionReader, place: Place) {
    this.topic = reader.topic
    this.partition = reader.partition
    this.#reader = reader
    this.#place = place
  }

  get lost(): boolean {
    return this.#reader.lost && !this.#place.life.deaf
  }

  seek(offset: number): void {
    this.#next = offset
    this.#reader.seek(offset)
  }

  async fetch(request: FetchRequest): Promise<Fetched> {
    const { life, network } = this.#place
    await life.step()
    await network.travel()
    const awayMs = network.backMs('log') - network.clock.monotonic()
    if (awayMs > 0) {
      await wait(network.clock, Math.min(awayMs, request.waitMs))
      await life.step()
      if (this.lost) return { status: 'lost' }
      return { status: 'ok', records: [], next: this.#next, bytes: 0, gap: 0, end: null }
    }
    const fetched = await this.#fetch({ ...request, bytesMax: this.#bytesMax(request.bytesMax) })
    if (fetched.status === 'ok') this.#next = fetched.next
    await network.travel()
    await life.step()
    return fetched
  }

  #bytesMax(bytesMax: number): number {
    const { network } = this.#place
    return network.failures > 0 ? Math.min(bytesMax, 1 + network.below(20_000)) : bytesMax
  }

  async #fetch(request: FetchRequest): Promise<Fetched> {
    const fetched = await this.#reader.fetch(request)
    if (fetched.status !== 'lost' || !this.#place.life.deaf) return fetched
    this.#reader = await anyReader(this.#place.log, this)
    this.#reader.seek(this.#next)
    return this.#reader.fetch(request)
  }

  async heartbeat(): Promise<boolean> {
    await this.#place.life.step()
    await this.#place.network.travel()
    return !this.lost
  }

  committedOffset(): Promise<GroupOffset | null> {
    return this.#call(() => this.#reader.committedOffset())
  }

  commitOffset(offset: GroupOffset): Promise<'ok' | 'lost'> {
    return this.#call(() => this.#reader.commitOffset(offset))
  }

  async #call<T>(act: () => Promise<T>): Promise<T> {
    const { life, network } = this.#place
    await life.step()
    try {
      return await network.call('log', act)
    } finally {
      await life.step()
    }
  }
}

let strays = 0

/** Fetching needs no membership: a reader of a group that nobody else is in. */
async function anyReader(
  log: EventLog,
  at: { readonly topic: string; readonly partition: number },
): Promise<PartitionReader> {
  let found: PartitionReader | undefined
  await log.join({
    group: `stray-${strays++}`,
    topics: [at.topic],
    assigned: (readers) => {
      found = readers.find(({ partition }) => partition === at.partition)
    },
  })
  return found!
}
