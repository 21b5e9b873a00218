/**
 * A store on a server that others may use too: keys of its own prefix alone, removed at the end. Sets them
 * back to what they were, or removes them, as a server would that lost what it was given.
 */
import { Cluster, Redis } from 'ioredis'
import {
  openRedisStore,
  type RedisStoreOptions,
} from '../../../src/adapters/redis/open-redis-store.ts'
import type { LostCheckpoint, RedisStore } from '../../../src/adapters/redis/redis-store.ts'
import { UnreachableError } from '../../../src/core/kernel/errors.ts'
import { systemClock } from '../../../src/engine/system-clock.ts'
import type { Commit, StoredEntry } from '../../../src/ports/checkpoint-store.ts'
import { emptyApplied } from '../../../src/ports/checkpoint-store.ts'
import type { StoreUnderTest } from '../../contract/checkpoint-store-suite.ts'

let prefixNumber = 0
const pollMs = 10

export class RedisUnderTest {
  readonly options: RedisStoreOptions
  readonly lost: LostCheckpoint[] = []
  /** Sees what the store sees, without its ways. */
  readonly client: Redis | Cluster
  store!: RedisStore

  private constructor(options: Partial<RedisStoreOptions> & { url: string }) {
    this.options = {
      cluster: false,
      password: null,
      tls: null,
      keyPrefix: `culprit-test-${process.pid}-${prefixNumber++}:`,
      expiryMs: 604_800_000,
      volatile: false,
      clock: systemClock,
      onLost: (lost) => this.lost.push(lost),
      ...options,
    }
    const { url, cluster } = this.options
    this.client = cluster ? new Cluster([url]) : new Redis(url)
    this.client.on('error', () => {})
  }

  static async open(
    options: Partial<RedisStoreOptions> & { url: string },
  ): Promise<RedisUnderTest> {
    const under = new RedisUnderTest(options)
    under.store = await openRedisStore(under.options)
    return under
  }

  forSuite(stopServer: () => Promise<void>): StoreUnderTest {
    return {
      store: this.store,
      reopen: async () => {
        await this.store.close()
        this.store = await openRedisStore(this.options)
        return this.store
      },
      remember: () => this.remember(),
      empty: () => this.empty(),
      close: async () => {
        await this.close()
        await stopServer()
      },
    }
  }

  /** All keys of this test, by name. */
  async keys(): Promise<string[]> {
    const masters = this.client instanceof Cluster ? this.client.nodes('master') : [this.client]
    const found: string[] = []
    for (const master of masters) {
      let cursor = '0'
      do {
        const [next, keys] = await master.scan(cursor, 'MATCH', `${this.options.keyPrefix}*`)
        found.push(...keys)
        cursor = next
      } while (cursor !== '0')
    }
    return [...new Set(found)].sort()
  }

  async remember(): Promise<() => Promise<void>> {
    const copies: [string, Buffer, number][] = []
    for (const key of await this.keys()) {
      const bytes = await this.client.dumpBuffer(key)
      copies.push([key, bytes, Math.max(0, await this.client.pttl(key))])
    }
    return async () => {
      await this.empty()
      for (const [key, bytes, ttlMs] of copies) await this.client.restore(key, ttlMs, bytes)
    }
  }

  async empty(): Promise<void> {
    for (const key of await this.keys()) await this.client.unlink(key)
  }

  async close(): Promise<void> {
    await this.store.close()
    await this.empty().catch(() => {})
    this.client.disconnect()
  }
}

export const entry = (group: string, key: string, value: string): StoredEntry => ({
  group,
  key,
  value: new TextEncoder().encode(value),
})

export const shown = (entries: readonly StoredEntry[]) =>
  entries.map(({ group, key, value }) => `${group}|${key}=${new TextDecoder().decode(value)}`)

export function commitOf(
  generation: number,
  base: number,
  changes: Partial<Commit['changes']> = {},
  more: Partial<Commit> = {},
): Commit {
  return {
    generation,
    base,
    next: base + 1,
    applied: emptyApplied,
    changes: { puts: [], deletes: [], deletedGroups: [], ...changes },
    ...more,
  }
}

/** Makes the call again while the server does not answer, as the engine does. */
export async function untilAnswered<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }
}
