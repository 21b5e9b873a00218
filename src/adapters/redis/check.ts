/**
 * Whether the servers are set up so that they keep what they are given: they may evict nothing, and must
 * write an append-only file. Asked by INFO, which managed services allow though they forbid CONFIG.
 */
import type { Redis } from 'ioredis'
import type { Clock } from '../../ports/clock.ts'

export interface ServerFacts {
  /** host:port */
  readonly address: string
  /** As the server calls itself, e.g. `redis 7.0.15`; null when it does not say. */
  readonly version: string | null
  /** The server's clock minus ours, good to half the round trip; null when it does not say. */
  readonly clockOffsetMs: number | null
}

export interface StoreCheck {
  /** What has to be changed before the store may be trusted; each names server and setting. */
  readonly faults: readonly string[]
  /** What could not be looked at, and why; not a fault. */
  readonly unchecked: readonly string[]
  readonly servers: readonly ServerFacts[]
}

export async function checkServer(
  master: Redis,
  { address, clock, isVolatile }: { address: string; clock: Clock; isVolatile: boolean },
): Promise<StoreCheck> {
  const [info, clockOffsetMs] = await Promise.all([
    permitted(() => master.info()),
    permitted(() => offsetOf(master, clock)),
  ])
  const fields = fieldsOf(info.answer ?? '')
  const faults: string[] = []
  const unchecked: string[] = []
  const demand = (setting: string, wanted: string, actual: string | undefined) => {
    if (actual === undefined)
      unchecked.push(`${address}: ${setting}: ${info.refused ?? 'not in INFO'}`)
    else if (actual !== wanted)
      faults.push(`${address}: ${setting} must be ${wanted}, is ${actual}`)
  }
  demand('maxmemory-policy', 'noeviction', fields.get('maxmemory_policy'))
  const aof = fields.get('aof_enabled')
  if (!isVolatile) demand('appendonly', 'yes', aof && (aof === '1' ? 'yes' : 'no'))
  const written = fields.get('aof_last_write_status') ?? 'ok'
  if (!isVolatile && written !== 'ok') {
    faults.push(`${address}: the append-only file could not be written: ${written}`)
  }
  const version = versionOf(fields)
  const facts = { address, version, clockOffsetMs: clockOffsetMs.answer ?? null }
  return { faults, unchecked, servers: [facts] }
}

export function together(checks: readonly StoreCheck[]): StoreCheck {
  return {
    faults: checks.flatMap(({ faults }) => faults),
    unchecked: checks.flatMap(({ unchecked }) => unchecked),
    servers: checks.flatMap(({ servers }) => servers),
  }
}

/** Some users may not ask, and some services do not know the question. */
async function permitted<Answer>(
  ask: () => Promise<Answer>,
): Promise<{ answer?: Answer; refused?: string }> {
  try {
    return { answer: await ask() }
  } catch (error) {
    const { name, message } = error as Error
    if (name === 'ReplyError' && /^NOPERM|unknown command/.test(message)) {
      return { refused: message }
    }
    throw error
  }
}

async function offsetOf(master: Redis, clock: Clock): Promise<number> {
  const sentMs = clock.now()
  const [seconds, micros] = await master.time()
  const receivedMs = clock.now()
  return Math.round(Number(seconds) * 1_000 + Number(micros) / 1_000 - (sentMs + receivedMs) / 2)
}

function fieldsOf(info: string): Map<string, string> {
  const pairs = info.split('\r\n').map((line) => line.split(':', 2))
  return new Map(pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name!, value]])))
}

function versionOf(fields: ReadonlyMap<string, string>): string | null {
  const valkey = fields.get('valkey_version')
  if (valkey !== undefined) return `valkey ${valkey}`
  const redis = fields.get('redis_version')
  return redis === undefined ? null : `redis ${redis}`
}
