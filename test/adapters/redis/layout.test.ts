/** What lies in the server, and what a commit costs it. */
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { missingRedisServer } from '../../support/services/redis.ts'
import { RedisServer } from '../../support/services/redis-server.ts'
import { commitOf, entry, RedisUnderTest, shown } from './under-test.ts'

const missing = missingRedisServer()

describe.skipIf(missing !== null)(`keys in Redis${missing ? `: ${missing}` : ''}`, () => {
  let server: RedisServer
  let under: RedisUnderTest
  let unitNumber = 0
  const newUnit = () => `detect/${unitNumber++}`
  const keyOf = (unit: string, rest: string) => `${under.options.keyPrefix}{${unit}}:${rest}`
  const keysOf = async (unit: string) =>
    (await under.keys())
      .filter((key) => key.startsWith(keyOf(unit, '')))
      .map((key) => key.slice(keyOf(unit, '').length))

  beforeAll(async () => {
    server = await RedisServer.start()
    under = await RedisUnderTest.open({ url: server.url })
  })
  afterAll(async () => {
    await under.close()
    await server.stop()
  })

  it('closed windows, emptied groups and published outboxes leave no key behind', async () => {
    const unit = newUnit()
    const { generation } = await under.store.open(unit, 1)
    const outbox = [{ topic: 't', partition: 0, key: null, value: null, headers: {} }]
    const puts = [entry('w1', 'a', '1'), entry('w2', 'a', '1'), entry('', 'a', '1')]
    await under.store.commit(unit, commitOf(generation, 0, { puts }, { outbox }))
    expect(await keysOf(unit)).toEqual(['groups', 'meta', 'outbox', 'state', 'w:w1', 'w:w2'])
    const deletes = [
      { group: 'w2', key: 'a' },
      { group: '', key: 'a' },
    ]
    const changes = { deletedGroups: ['w1'], deletes }
    expect(await under.store.commit(unit, commitOf(generation, 1, changes))).toBe('ok')
    expect(await keysOf(unit)).toEqual(['meta'])
    expect(await under.store.groups(unit)).toEqual([])
    expect(await under.store.open(unit, 1)).toMatchObject({ commit: 2, next: 2, entries: [] })
    expect(under.lost).toEqual([])
  })

  it('all keys of a unit share one slot of a cluster; the registry is elsewhere', async () => {
    const unit = newUnit()
    const { generation } = await under.store.open(unit, 1)
    const puts = [entry('w1', 'a', '1'), entry('', 'a', '1')]
    const outbox = [{ topic: 't', partition: 0, key: null, value: null, headers: {} }]
    await under.store.commit(unit, commitOf(generation, 0, { puts }, { outbox }))
    for (const key of await keysOf(unit)) expect(keyOf(unit, key)).toContain(`{${unit}}`)
    expect((await under.keys()).filter((key) => !key.includes('{'))).toEqual([
      `${under.options.keyPrefix}units`,
    ])
  })

  it('a commit renews the expiry of what it touches, and once an hour of all the rest', async () => {
    const unit = newUnit()
    const { generation } = await under.store.open(unit, 1)
    const puts = [entry('w1', 'a', '1'), entry('w2', 'a', '1'), entry('', 'a', '1')]
    await under.store.commit(unit, commitOf(generation, 0, { puts }))
    const all = ['groups', 'meta', 'state', 'w:w1', 'w:w2']
    const renewed = async () => {
      const ttls = await Promise.all(all.map((key) => under.client.pttl(keyOf(unit, key))))
      return all.filter((_, at) => ttls[at]! > under.options.expiryMs / 2)
    }
    expect(await renewed()).toEqual(all)
    const age = () => Promise.all(all.map((key) => under.client.pexpire(keyOf(unit, key), 600_000)))
    await age()
    expect(await renewed()).toEqual([])
    await under.store.commit(unit, commitOf(generation, 1, { puts: [entry('w1', 'b', '1')] }))
    expect(await renewed()).toEqual(['groups', 'meta', 'w:w1'])
    const lastMs = Number(await under.client.hget(keyOf(unit, 'meta'), 'renewed'))
    await under.client.hset(keyOf(unit, 'meta'), 'renewed', lastMs - 3_600_001)
    await under.store.commit(unit, commitOf(generation, 2, { puts: [entry('w1', 'b', '2')] }))
    expect(await renewed()).toEqual(all)
    await age()
    await under.store.open(unit, 1)
    expect(await renewed()).toEqual(all)
  })

  it('a group that is emptied and filled by one commit expires like any other', async () => {
    const unit = newUnit()
    const { generation } = await under.store.open(unit, 1)
    const puts = [entry('w1', 'a', '1')]
    await under.store.commit(unit, commitOf(generation, 0, { puts }))
    const again = { deletedGroups: ['w1'], puts: [entry('w1', 'b', '2')] }
    await under.store.commit(unit, commitOf(generation, 1, again))
    for (const key of ['w:w1', 'groups', 'meta']) {
      expect(await under.client.pttl(keyOf(unit, key))).toBeGreaterThan(0)
    }
    expect(shown((await under.store.open(unit, 1)).entries)).toEqual(['w1|b=2'])
  })

  it('a commit is one call to the server', async () => {
    const unit = newUnit()
    const { generation } = await under.store.open(unit, 1)
    const puts = Array.from({ length: 1_000 }, (_, n) => entry(`w${n % 2}`, `k${n}`, 'v'))
    await under.store.commit(unit, commitOf(generation, 0, { puts }))
    await (under.client as Redis).config('RESETSTAT')
    for (const base of [1, 2, 3]) {
      await under.store.commit(unit, commitOf(generation, base, { puts }))
    }
    const stats = await (under.client as Redis).info('commandstats')
    const sent = [...stats.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)].map(([, name, calls]) => [
      name,
      Number(calls),
    ])
    expect(Object.fromEntries(sent)).toMatchObject({ evalsha: 3 })
    for (const name of ['eval', 'multi', 'script|load', 'hscan', 'scan', 'keys']) {
      expect(sent.map(([each]) => each)).not.toContain(name)
    }
  })

  it('opening a unit of many windows scans for nothing, and one large window comes whole', async () => {
    const unit = newUnit()
    const { generation } = await under.store.open(unit, 1)
    const small = Array.from({ length: 100 }, (_, n) => entry(`w${n}`, 'k', `${n}`))
    const large = Array.from({ length: 7_000 }, (_, n) => entry('large', `k${n}`, `${n}`))
    const puts = [...small, ...large]
    await under.store.commit(unit, commitOf(generation, 0, { puts }))
    const opened = await under.store.open(unit, 1)
    const expected = shown(puts).sort()
    expect(shown(opened.entries).sort()).toEqual(expected)
    const stats = await (under.client as Redis).info('commandstats')
    expect(stats).not.toMatch(/cmdstat_(scan|keys|hgetall):/)
  })

  it('takes a prefix as letters, whatever they mean in a pattern', async () => {
    const unit = newUnit()
    const { generation } = await under.store.open(unit, 1)
    const keys = ['a*b', 'axb', 'a[b]c', 'abc', 'a?', 'a\\b', 'a^', 'ä*']
    const puts = keys.map((key) => entry('w', key, '1'))
    await under.store.commit(unit, commitOf(generation, 0, { puts }))
    for (const prefix of ['a*', 'a[', 'a?', 'a\\', 'a^', 'ä', 'a']) {
      const found = await under.store.scan(unit, 'w', prefix)
      expect(found.map(({ key }) => key)).toEqual(keys.filter((k) => k.startsWith(prefix)).sort())
    }
  })

  it('names units in order, and none whose checkpoint has expired', async () => {
    const [one, two] = [newUnit(), newUnit()]
    for (const unit of [two, one]) await under.store.open(unit, 1)
    await under.client.unlink(keyOf(two, 'meta'))
    const units = await under.store.units()
    expect(units).toContain(one)
    expect(units).not.toContain(two)
    expect(units).toEqual([...units].sort())
  })

  it.each([
    { format: '2', why: 'a newer version wrote it' },
    { format: '0', why: 'too old to be read' },
  ])('refuses a checkpoint in format $format, naming the way back: $why', async ({ format }) => {
    const unit = newUnit()
    const { generation } = await under.store.open(unit, 1)
    await under.client.hset(keyOf(unit, 'meta'), 'format', format)
    await expect(under.store.open(unit, 1)).rejects.toThrow(
      `redis.keyPrefix: expected checkpoints in format 1, which this version reads; the version ` +
        'that wrote them goes on with them, and with another prefix all is built again from the ' +
        `topics, got format ${format} for ${unit}`,
    )
    expect(await under.client.hget(keyOf(unit, 'meta'), 'generation')).toBe(String(generation))
  })
})
