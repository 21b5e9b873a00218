/**
 * Opens the store on Redis. What no waiting heals (wrong password, missing permission, a cluster that is
 * none) is a ConfigError here; a server that does not answer is an UnreachableError.
 */
import { ConfigError } from '../../core/kernel/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import { type Commands, Connection } from './connection.ts'
import { type ConnectionSettings, targetOf } from './connection-options.ts'
import { openingFailureOf } from './failures.ts'
import { registryKey } from './keys.ts'
import { type LostCheckpoint, RedisStore } from './redis-store.ts'

export interface RedisStoreOptions extends ConnectionSettings {
  /** Before every key, so that installations can share a server. No braces: they mark hash tags. */
  readonly keyPrefix: string
  /** How long the keys of a unit outlive its last commit. */
  readonly expiryMs: number
  /** The operator accepts a store that forgets: `check` does not ask for an append-only file. */
  readonly volatile: boolean
  readonly clock: Clock
  /** Told of every checkpoint that was found in pieces, and so thrown away. */
  readonly onLost: (lost: LostCheckpoint) => void
  /** A call without an answer fails after this. Left out: 5 s, a hundred times a large commit. */
  readonly deadlineMs?: number
}

const deadlineMsDefault = 5_000

export async function openRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const { keyPrefix, expiryMs, clock, onLost, cluster, volatile: isVolatile } = options
  if (/[{}]/.test(keyPrefix)) throw new ConfigError('redis.keyPrefix', 'no braces', keyPrefix)
  const connection = new Connection({
    target: targetOf(options),
    cluster,
    clock,
    deadlineMs: options.deadlineMs ?? deadlineMsDefault,
  })
  try {
    await connection.ready()
    await probe(connection, keyPrefix)
  } catch (error) {
    connection.close()
    throw error
  }
  return new RedisStore(connection, { keyPrefix, expiryMs, isVolatile, clock, onLost })
}

/** Finds out now whether the user may do all that the store does. */
async function probe(connection: Connection, keyPrefix: string): Promise<void> {
  const registry = registryKey(keyPrefix)
  const key = `${registry}:probe`
  const ask = <Answer>(act: (commands: Commands) => Promise<Answer>) =>
    connection.call(act, openingFailureOf)
  // By EVAL the first time, by EVALSHA from then on.
  for (let n = 0; n < 2; n++) await ask((commands) => commands.culpritProbe(1, [key], []))
  await ask((commands) => commands.smembers(registry))
  await ask((commands) => commands.hscanBuffer(key, '0'))
  await ask((commands) => commands.getBuffer(key))
}
