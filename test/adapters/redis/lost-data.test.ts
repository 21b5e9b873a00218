/** A store that loses what it was given: all of it, the last of it, or a part of a unit. */
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { missingRedisServer } from '../../support/services/redis.ts'
import { RedisServer } from '../../support/services/redis-server.ts'
import { commitOf, entry, RedisUnderTest, shown, untilAnswered } from './under-test.ts'

const missing = missingRedisServer()

describe.skipIf(missing !== null)(`data that are lost${missing ? `: ${missing}` : ''}`, () => {
  let server: RedisServer
  let under: RedisUnderTest
  let unitNumber = 0
  const newUnit = () => `detect/${unitNumber++}`
  const keyOf = (unit: string, rest: string) => `${under.options.keyPrefix}{${unit}}:${rest}`

  beforeAll(async () => {
    server = await RedisServer.start(['--appendfsync', 'always'])
    under = await RedisUnderTest.open({ url: server.url })
  })
  afterEach(() => under.lost.splice(0))
  afterAll(async () => {
    await under.close()
    await server.stop()
  })

  it('a killed server has every commit of a synced append-only file when it is back', async () => {
    const unit = newUnit()
    const { generation } = await under.store.open(unit, 1)
    await under.store.commit(unit, commitOf(generation, 0, { puts: [entry('w1', 'a', '1')] }))
    await server.kill()
    await server.restart()
    const commit = commitOf(generation, 1, { puts: [entry('w1', 'b', '2')] })
    expect(await untilAnswered(() => under.store.commit(unit, commit))).toBe('ok')
    expect(shown((await under.store.open(unit, 1)).entries)).toEqual(['w1|a=1', 'w1|b=2'])
  })

  it('commits of 5,000 entries are in whole or not at all, whenever the server is killed', async () => {
    const unit = newUnit()
    const value = (n: number) => `${n}`.padEnd(100)
    const puts = (n: number) =>
      Array.from({ length: 5_000 }, (_, at) => entry(`w${at % 3}`, `key ${at}`, value(n)))
    for (let round = 0; round < 4; round++) {
      const opened = await untilAnswered(() => under.store.open(unit, 1))
      const { generation } = opened
      if (opened.commit > 0) {
        const stored = shown(opened.entries)
        expect(stored).toHaveLength(5_000)
        expect(stored.filter((line) => !line.endsWith(`=${value(opened.commit)}`))).toEqual([])
        expect(opened.next).toBe(opened.commit)
      }
      let base = opened.commit
      const commit = () =>
        under.store.commit(unit, commitOf(generation, base, { puts: puts(base + 1) }))
      for (; base < opened.commit + 2; base++) expect(await commit()).toBe('ok')
      const unanswered = commit().catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, round * 5))
      await server.kill()
      await unanswered
      await server.restart()
    }
    expect(under.lost).toEqual([])
  })

  it('a store put back to an older copy answers moved, and the unit goes on from there', async () => {
    const unit = newUnit()
    const { generation } = await untilAnswered(() => under.store.open(unit, 1))
    await under.store.commit(unit, commitOf(generation, 0, { puts: [entry('w1', 'a', '1')] }))
    const putBack = server.remember()
    await under.store.commit(unit, commitOf(generation, 1, { deletedGroups: ['w1'] }))
    await under.store.commit(unit, commitOf(generation, 2, { puts: [entry('w2', 'a', '3')] }))
    await putBack()
    const answer = await untilAnswered(() => under.store.commit(unit, commitOf(generation, 3)))
    expect(answer).toBe('moved')
    const opened = await under.store.open(unit, 1)
    expect(opened).toMatchObject({ commit: 1, next: 1 })
    expect(shown(opened.entries)).toEqual(['w1|a=1'])
  })

  it('an emptied server answers moved, and the unit is new', async () => {
    const unit = newUnit()
    const { generation } = await untilAnswered(() => under.store.open(unit, 1))
    await under.store.commit(unit, commitOf(generation, 0, { puts: [entry('w1', 'a', '1')] }))
    await under.client.flushall()
    expect(await under.store.commit(unit, commitOf(generation, 1))).toBe('moved')
    expect(await under.store.open(unit, generation + 5)).toMatchObject({
      generation: generation + 5,
      commit: 0,
      next: null,
      entries: [],
    })
    expect(await under.store.units()).toEqual([unit])
    expect(under.lost).toEqual([])
  })

  const outbox = [{ topic: 't', partition: 0, key: null, value: null, headers: {} }]
  async function unitWithEverything() {
    const unit = newUnit()
    const { generation } = await untilAnswered(() => under.store.open(unit, 1))
    const puts = [entry('w1', 'a', '1'), entry('w2', 'a', '1'), entry('', 'a', '1')]
    await under.store.commit(unit, commitOf(generation, 0, { puts }, { outbox }))
    return { unit, generation }
  }

  it.each([
    { part: 'w:w1', reason: '2 of 3 windows are left', why: 'a window expired or was evicted' },
    { part: 'state', reason: '2 of 3 windows are left', why: 'the state beside the windows' },
    { part: 'groups', reason: '0 of 3 windows are left', why: 'the names of the windows' },
    { part: 'outbox', reason: 'the outbox is gone', why: 'records that may not be published' },
  ])('a unit without its $part is opened as new and told: $why', async ({ part, reason }) => {
    const { unit, generation } = await unitWithEverything()
    await under.client.unlink(keyOf(unit, part))
    expect(await under.store.open(unit, 1)).toEqual({
      generation: generation + 1,
      commit: 0,
      next: null,
      epoch: 0,
      applied: { logTimeMs: 0, units: [] },
      entries: [],
      outbox: [],
    })
    expect(under.lost).toEqual([{ unit, reason }])
    expect(await under.store.groups(unit)).toEqual([])
    const puts = [entry('w1', 'b', '2')]
    expect(await under.store.commit(unit, commitOf(generation + 1, 0, { puts }))).toBe('ok')
    expect(shown((await under.store.open(unit, 1)).entries)).toEqual(['w1|b=2'])
  })

  it('a unit that lost a part keeps its epoch: the topic was made anew all the same', async () => {
    const { unit } = await unitWithEverything()
    expect(await under.store.restart(unit, 77)).toBe(77)
    await under.client.unlink(keyOf(unit, 'state'))
    expect(await under.store.open(unit, 1)).toMatchObject({ next: null, epoch: 77, entries: [] })
  })

  it('a unit without its meta is new, and nothing of the old one shines through', async () => {
    const { unit } = await unitWithEverything()
    await under.client.unlink(keyOf(unit, 'meta'), keyOf(unit, 'groups'))
    const { generation, next, entries } = await under.store.open(unit, 9)
    expect({ generation, next, entries }).toEqual({ generation: 9, next: null, entries: [] })
    const puts = [entry('w1', 'b', '2'), entry('', 'b', '2')]
    expect(await under.store.commit(unit, commitOf(generation, 0, { puts }))).toBe('ok')
    expect(shown((await under.store.open(unit, 1)).entries)).toEqual(['|b=2', 'w1|b=2'])
  })

  it.each([
    { part: 'w:w1', why: 'the commit would lay a delta over nothing' },
    { part: 'groups', why: 'what is live is not known any more' },
  ])('a commit that finds $part gone answers moved: $why', async ({ part }) => {
    const { unit, generation } = await unitWithEverything()
    await under.client.unlink(keyOf(unit, part))
    const puts = [entry('w1', 'b', '2')]
    expect(await under.store.commit(unit, commitOf(generation, 1, { puts }))).toBe('moved')
    expect(await under.client.hget(keyOf(unit, 'meta'), 'commit')).toBe('1')
  })

  it('a full server refuses a commit whole, also one that deletes, until there is room', async () => {
    const { unit, generation } = await unitWithEverything()
    const changes = {
      puts: [entry('w3', 'a', '3'), entry('w1', 'a', '3')],
      deletes: [{ group: 'w2', key: 'a' }],
    }
    const before = await under.client.hgetall(keyOf(unit, 'meta'))
    await under.client.config('SET', 'maxmemory', '1')
    const commit = () => under.store.commit(unit, commitOf(generation, 1, changes))
    const refused = await commit().catch((error: Error) => error.message)
    await under.client.config('SET', 'maxmemory', '0')
    expect(refused).toMatch(/does not answer: OOM/)
    expect(await under.client.hgetall(keyOf(unit, 'meta'))).toEqual(before)
    expect(await under.store.groups(unit)).toEqual(['', 'w1', 'w2'])
    expect(await commit()).toBe('ok')
    expect(shown((await under.store.open(unit, 1)).entries)).toEqual(['|a=1', 'w1|a=3', 'w3|a=3'])
  })

  /** A key of the wrong kind fails the script in the middle, after the first window was written. */
  async function halfWay() {
    const { unit, generation } = await unitWithEverything()
    await under.client.set(keyOf(unit, 'w:w3'), 'no hash')
    await under.client.sadd(keyOf(unit, 'groups'), 'w3')
    await under.client.hset(keyOf(unit, 'meta'), 'live', 4)
    const changes = {
      deletes: [{ group: 'w2', key: 'a' }],
      puts: [entry('w1', 'b', '2'), entry('w4', 'a', '2'), entry('w3', 'a', '2')],
    }
    const commit = () => under.store.commit(unit, commitOf(generation, 1, changes))
    await expect(commit()).rejects.toThrow(/WRONGTYPE/)
    expect(await under.client.hmget(keyOf(unit, 'meta'), 'commit', 'pending')).toEqual(['1', '2'])
    await under.client.unlink(keyOf(unit, 'w:w3'))
    return { unit, generation, commit }
  }

  it('a commit that failed in the middle is whole when it is sent again', async () => {
    const { unit, commit } = await halfWay()
    expect(await commit()).toBe('ok')
    const entries = ['|a=1', 'w1|a=1', 'w1|b=2', 'w3|a=2', 'w4|a=2']
    expect(shown((await under.store.open(unit, 1)).entries)).toEqual(entries)
    expect(under.lost).toEqual([])
  })

  it('a unit left in the middle of a commit is opened as new and told', async () => {
    const { unit, commit } = await halfWay()
    expect(await under.store.open(unit, 1)).toMatchObject({ commit: 0, next: null, entries: [] })
    expect(under.lost).toEqual([{ unit, reason: 'commit 2 was left half-way' }])
    expect(await commit()).toBe('fenced')
  })

  it('scripts that the server forgot are sent again', async () => {
    const unit = newUnit()
    const { generation } = await untilAnswered(() => under.store.open(unit, 1))
    expect(await under.store.commit(unit, commitOf(generation, 0))).toBe('ok')
    const client = under.client as Redis
    await client.script('FLUSH')
    expect(await under.store.commit(unit, commitOf(generation, 1))).toBe('ok')
  })
})
