/**
 * One process's view of the shared log and store, with what goes wrong between them: delays, appends that
 * are refused before, in the middle of or after being stored, answers that are lost, a process that dies
 * at any await or is paused and comes back.
 */
import { UnreachableError } from '../../src/core/kernel/errors.ts'
import type {
  Checkpoint,
  CheckpointStore,
  Commit,
  CommitAnswer,
} from '../../src/ports/checkpoint-store.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type {
  EventLog,
  JoinRequest,
  NewRecord,
  PartitionReader,
} from '../../src/ports/event-log.ts'

export interface Faults {
  readonly clock: Clock
  readonly random: () => number
  /** Share of calls that fail in one way or another. */
  readonly failures: number
  readonly delayMsMax: number
}

const never = new Promise<never>(() => undefined)

/** Dead or paused; every call goes through it, on its way there and on its way back. */
export class Life {
  readonly #faults: Faults
  #pausedUntilMs = 0
  #dead = false

  constructor(faults: Faults) {
    this.#faults = faults
  }

  kill(): void {
    this.#dead = true
  }

  get dead(): boolean {
    return this.#dead
  }

  pause(untilMs: number): void {
    this.#pausedUntilMs = untilMs
  }

  async step(): Promise<void> {
    const { clock, random, delayMsMax } = this.#faults
    const delayMs = Math.floor(random() * delayMsMax)
    const untilMs = Math.max(clock.monotonic() + delayMs, this.#pausedUntilMs)
    await new Promise<void>((resolve) => clock.timer(untilMs - clock.monotonic(), resolve))
    // Paused while it waited.
    if (this.#pausedUntilMs > clock.monotonic()) await this.step()
    if (this.#dead) await never
  }

  fails(): boolean {
    return this.#faults.random() < this.#faults.failures
  }

  below(count: number): number {
    return Math.floor(this.#faults.random() * count)
  }
}

export function faultyLog(log: EventLog, life: Life, left: (leave: () => void) => void): EventLog {
  let sending: Promise<unknown> = Promise.resolve()
  const append = async (records: readonly NewRecord[]) => {
    await life.step()
    if (life.fails()) {
      // Any of the records may have been stored: an order-keeping prefix of each partition at least.
      await log.append(records.slice(0, life.below(records.length + 1)))
      await life.step()
      throw new UnreachableError('the log did not answer')
    }
    await log.append(records)
    await life.step()
  }
  return {
    ensureTopics: (specs) => log.ensureTopics(specs),
    partitionCount: (topic) => log.partitionCount(topic),
    append: (records) => {
      const sent = sending.then(() => append(records))
      sending = sent.catch(() => undefined)
      return sent
    },
    join: async (request: JoinRequest) => {
      const membership = await log.join({
        ...request,
        assigned: (readers) => {
          if (!life.dead) request.assigned(readers.map((reader) => faultyReader(reader, life)))
        },
      })
      left(() => void membership.leave())
      return membership
    },
    readAll: async (topic, visit) => {
      await life.step()
      await log.readAll(topic, visit)
      await life.step()
    },
    offsets: async (topic, partition) => {
      await life.step()
      return log.offsets(topic, partition)
    },
    close: () => Promise.resolve(),
  }
}

function faultyReader(reader: PartitionReader, life: Life): PartitionReader {
  return {
    topic: reader.topic,
    partition: reader.partition,
    get lost() {
      return reader.lost
    },
    seek: (offset) => reader.seek(offset),
    fetch: async (request) => {
      await life.step()
      const fetched = await reader.fetch({ ...request, bytesMax: 1 + life.below(2_000) })
      await life.step()
      return fetched
    },
    heartbeat: async () => {
      await life.step()
      return reader.heartbeat()
    },
    committedOffset: async () => {
      await life.step()
      return reader.committedOffset()
    },
    commitOffset: async (next) => {
      await life.step()
      if (life.fails()) throw new UnreachableError('the log did not answer')
      const answer = await reader.commitOffset(next)
      await life.step()
      if (life.fails()) throw new UnreachableError('the answer was lost')
      return answer
    },
  }
}

export function faultyStore(store: CheckpointStore, life: Life): CheckpointStore {
  return {
    open: async (unit: string, nowMs: number): Promise<Checkpoint> => {
      await life.step()
      if (life.fails()) throw new UnreachableError('the store did not answer')
      const opened = await store.open(unit, nowMs)
      await life.step()
      return opened
    },
    commit: async (unit: string, commit: Commit): Promise<CommitAnswer> => {
      await life.step()
      if (life.fails()) throw new UnreachableError('the store did not answer')
      const answer = await store.commit(unit, commit)
      await life.step()
      if (life.fails()) throw new UnreachableError('the answer was lost')
      return answer
    },
    units: () => store.units(),
    groups: (unit) => store.groups(unit),
    scan: (unit, group, prefix) => store.scan(unit, group, prefix),
    close: () => Promise.resolve(),
  }
}
