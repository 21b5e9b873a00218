/**
 * Checkpoints in Redis: a commit is one script on the slot of its unit. Made by `openRedisStore`.
 *
 * A store that lost a part of a unit (a key expired or was evicted) holds no checkpoint of it any more: the
 * unit is opened as if it were new, and `onLost` is told.
 */
import { ConfigError } from '../../core/kernel/errors.ts'
import {
  type AppliedTable,
  type Checkpoint,
  type CheckpointStore,
  type Commit,
  type CommitAnswer,
  emptyApplied,
  type StoredEntry,
  type UnitPlace,
} from '../../ports/checkpoint-store.ts'
import type { Clock } from '../../ports/clock.ts'
import { checkServer, type StoreCheck, together } from './check.ts'
import { commitArguments } from './commit-arguments.ts'
import type { Connection } from './connection.ts'
import { unreachable } from './failures.ts'
import { keysOf, registryKey, type UnitKeys } from './keys.ts'
import { parseOutbox } from './outbox.ts'
import { readGroup, readGroups, sorted } from './read-unit.ts'
import { formatReadMin, formatWritten, leadingKeys } from './scripts.ts'

/** A checkpoint that was found in pieces and thrown away. */
export interface LostCheckpoint {
  readonly unit: string
  readonly reason: string
}

export interface StoreRules {
  readonly keyPrefix: string
  /** A sweep for units that nobody owns any more. */
  readonly expiryMs: number
  readonly isVolatile: boolean
  readonly clock: Clock
  readonly onLost: (lost: LostCheckpoint) => void
}

/** All keys of a unit that commits are renewed so often, those that no commit touches too. */
const renewMsMax = 3_600_000

/** What a unit's meta says at its opening. */
interface Taken {
  readonly generation: number
  readonly commit: number
  readonly next: number | null
  readonly epoch: number
  readonly applied: AppliedTable
  readonly live: number
  readonly outboxBytes: number
  /** A commit was left half-way. */
  readonly isPending: boolean
  readonly groups: readonly string[]
}

export class RedisStore implements CheckpointStore {
  readonly #connection: Connection
  readonly #rules: StoreRules

  constructor(connection: Connection, rules: StoreRules) {
    this.#connection = connection
    this.#rules = rules
  }

  async open(unit: string, nowMs: number): Promise<Checkpoint> {
    const { keyPrefix, onLost } = this.#rules
    const keys = keysOf(keyPrefix, unit)
    await this.#connection.call((commands) => commands.sadd(registryKey(keyPrefix), unit))
    const taken = await this.#take(unit, keys, nowMs)
    const { generation, epoch } = taken
    const [read, outbox] = await Promise.all([
      readGroups(this.#connection, keys, taken.groups),
      taken.outboxBytes === 0
        ? null
        : this.#connection.call((commands) => commands.getBuffer(keys.outbox)),
    ])
    // Whoever took the unit since may have committed in between: what was read is no state that ever was.
    const owner = await this.#connection.call((commands) => commands.hget(keys.meta, 'generation'))
    if (owner !== String(generation)) throw this.#takenAway(unit)
    const lost = lostPart(taken, read, outbox)
    if (lost !== null) {
      await this.#reset(unit, keys, generation)
      onLost({ unit, reason: lost })
      return {
        generation,
        commit: 0,
        next: null,
        epoch,
        applied: emptyApplied,
        entries: [],
        outbox: [],
      }
    }
    const { commit, next, applied } = taken
    const records = outbox === null ? [] : parseOutbox(outbox)
    return { generation, commit, next, epoch, applied, entries: read.flat(), outbox: records }
  }

  async commit(unit: string, commit: Commit): Promise<CommitAnswer> {
    const { keyPrefix, expiryMs } = this.#rules
    const renewMs = Math.min(renewMsMax, Math.floor(expiryMs / 8))
    const { keys, values } = commitArguments(keysOf(keyPrefix, unit), commit, { expiryMs, renewMs })
    const answer = await this.#connection.call((commands) =>
      commands.culpritCommit(keys.length, keys, values),
    )
    return answer as CommitAnswer
  }

  async restart(unit: string, nowMs: number): Promise<number | null> {
    const lead = leadingKeys(keysOf(this.#rules.keyPrefix, unit))
    const epoch = await this.#connection.call((commands) =>
      commands.culpritRestart(lead.length, lead, [String(nowMs)]),
    )
    return epoch === '' ? null : Number(epoch)
  }

  async place(unit: string): Promise<UnitPlace | null> {
    const { meta } = keysOf(this.#rules.keyPrefix, unit)
    const [generation, next, epoch] = await this.#connection.call((commands) =>
      commands.hmget(meta, 'generation', 'next', 'epoch'),
    )
    if (generation === null || generation === undefined) return null
    return { next: next ? Number(next) : null, epoch: Number(epoch ?? 0) }
  }

  async units(): Promise<readonly string[]> {
    const { keyPrefix } = this.#rules
    const names = await this.#connection.call((commands) =>
      commands.smembers(registryKey(keyPrefix)),
    )
    const found = await Promise.all(
      names.map((unit) =>
        this.#connection.call((commands) => commands.exists(keysOf(keyPrefix, unit).meta)),
      ),
    )
    return sorted(names.filter((_, at) => found[at] === 1))
  }

  async groups(unit: string): Promise<readonly string[]> {
    const { groups } = keysOf(this.#rules.keyPrefix, unit)
    return sorted(await this.#connection.call((commands) => commands.smembers(groups)))
  }

  scan(unit: string, group: string, prefix: string): Promise<readonly StoredEntry[]> {
    return readGroup(this.#connection, keysOf(this.#rules.keyPrefix, unit), { group, prefix })
  }

  async check(): Promise<StoreCheck> {
    const { clock, isVolatile } = this.#rules
    const checks = await this.#connection.callMasters((master, address) =>
      checkServer(master, { address, clock, isVolatile }),
    )
    return together(checks)
  }

  close(): Promise<void> {
    this.#connection.close()
    return Promise.resolve()
  }

  async #take(unit: string, keys: UnitKeys, nowMs: number): Promise<Taken> {
    const lead = leadingKeys(keys)
    const { state, window } = keys
    const numbers = [String(formatWritten), String(formatReadMin)]
    const values = [String(nowMs), String(this.#rules.expiryMs), state, window, ...numbers]
    const answer = await this.#connection.call((commands) =>
      commands.culpritTake(lead.length, lead, values),
    )
    if (answer[0] === 'format') throw this.#wrongFormat(unit, answer[1])
    const [, generation, commit, next, applied, live, outboxBytes, pending, epoch, groups] = answer
    return {
      generation: Number(generation),
      commit: Number(commit),
      next: next === '' ? null : Number(next),
      epoch: Number(epoch),
      applied: applied === '' ? emptyApplied : (JSON.parse(applied) as AppliedTable),
      live: Number(live),
      outboxBytes: Number(outboxBytes),
      isPending: pending !== '0',
      groups: sorted(groups),
    }
  }

  async #reset(unit: string, keys: UnitKeys, generation: number): Promise<void> {
    const lead = leadingKeys(keys)
    const values = [String(generation), keys.state, keys.window]
    const answer = await this.#connection.call((commands) =>
      commands.culpritReset(lead.length, lead, values),
    )
    if (answer === 'fenced') throw this.#takenAway(unit)
  }

  #takenAway(unit: string): Error {
    return unreachable(this.#connection.address, `${unit} was opened elsewhere while it was read`)
  }

  #wrongFormat(unit: string, stored: string): ConfigError {
    const read = formatReadMin === formatWritten ? '' : ` or ${formatReadMin}`
    return new ConfigError(
      'redis.keyPrefix',
      `checkpoints in format ${formatWritten}${read}, which this version reads; the version that ` +
        'wrote them goes on with them, and with another prefix all is built again from the topics',
      `format ${stored} for ${unit}`,
    )
  }
}

/** What of a checkpoint is not there any more, in words; null when it is whole. */
function lostPart(
  { live, groups, outboxBytes, isPending, commit }: Taken,
  read: readonly (readonly StoredEntry[])[],
  outbox: Buffer | null,
): string | null {
  if (isPending) return `commit ${commit + 1} was left half-way`
  const found = read.filter((entries) => entries.length > 0).length
  if (found !== live || groups.length !== live) return `${found} of ${live} windows are left`
  if ((outbox?.byteLength ?? 0) !== outboxBytes) return 'the outbox is gone'
  return null
}
