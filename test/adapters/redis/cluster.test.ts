/** What is special to a cluster: units spread over its nodes, each node is checked, a node may go and come. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRedisStore } from '../../../src/adapters/redis/open-redis-store.ts'
import { UnreachableError } from '../../../src/core/kernel/errors.ts'
import { missingRedisServer } from '../../support/services/redis.ts'
import { RedisCluster } from '../../support/services/redis-cluster.ts'
import { commitOf, entry, RedisUnderTest, shown, untilAnswered } from './under-test.ts'

const missing = missingRedisServer()
const title = `Redis Cluster of three masters${missing ? `: ${missing}` : ''}`

/** A call that a node refused to run may have been sent again by the client, after the store gave it up. */
const isIn = ['ok', 'done']

describe.skipIf(missing !== null)(title, () => {
  let cluster: RedisCluster
  let under: RedisUnderTest

  beforeAll(async () => {
    cluster = await RedisCluster.start()
    under = await RedisUnderTest.open({ url: cluster.url, cluster: true, deadlineMs: 1_000 })
  })
  afterAll(async () => {
    await under.close()
    await cluster.stop()
  })

  const slotOf = async (key: string) => Number(await under.client.call('CLUSTER', 'KEYSLOT', key))
  const keyOf = (unit: string, rest: string) => `${under.options.keyPrefix}{${unit}}:${rest}`
  const serverOf = async (unit: string) => {
    const slot = await slotOf(keyOf(unit, 'meta'))
    return cluster.servers[Math.floor((slot * cluster.servers.length) / 16_384)]!
  }

  it('spreads units over the nodes, and opens all of them at once', async () => {
    const units = Array.from({ length: 24 }, (_, n) => `detect/${n}`)
    const opened = await Promise.all(units.map((unit) => under.store.open(unit, 1)))
    const puts = [entry('w1', 'a', '1'), entry('', 'b', '2')]
    const answers = units.map((unit, n) =>
      under.store.commit(unit, commitOf(opened[n]!.generation, 0, { puts })),
    )
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['ok']))
    expect(await under.store.units()).toEqual([...units].sort())
    for (const { port } of cluster.servers) {
      const node = new Redis(port, '127.0.0.1')
      const keys = await node.keys(`${under.options.keyPrefix}{*`)
      node.disconnect()
      expect(keys.length).toBeGreaterThan(0)
      expect(keys.length % 4).toBe(0)
    }
  })

  it('checks every master', async () => {
    const third = cluster.servers[2]!
    const node = new Redis(third.port, '127.0.0.1')
    await node.config('SET', 'maxmemory-policy', 'volatile-lru')
    const { faults, servers } = await under.store.check()
    await node.config('SET', 'maxmemory-policy', 'noeviction')
    node.disconnect()
    expect(faults).toEqual([
      `127.0.0.1:${third.port}: maxmemory-policy must be noeviction, is volatile-lru`,
    ])
    expect(servers).toHaveLength(3)
  })

  it('a store that does not know of the cluster is told so', async () => {
    const isElsewhere = async (prefix: string) =>
      (await slotOf(`${prefix}units:probe`)) >= 16_384 / cluster.servers.length
    let keyPrefix = 'c:'
    while (!(await isElsewhere(keyPrefix))) keyPrefix += 'c:'
    const opening = openRedisStore({ ...under.options, keyPrefix, cluster: false })
    await expect(opening).rejects.toThrow(/^redis\.cluster: expected true/)
  })

  it('a node that was killed is unreachable, and its units go on when it is back', async () => {
    const unit = 'detect/killed'
    const { generation } = await under.store.open(unit, 1)
    const puts = [entry('w1', 'a', '1')]
    await under.store.commit(unit, commitOf(generation, 0, { puts }))
    const server = await serverOf(unit)
    await server.kill()
    const commit = commitOf(generation, 1, { puts: [entry('w1', 'b', '2')] })
    await expect(under.store.commit(unit, commit)).rejects.toThrow(UnreachableError)
    await server.restart()
    expect(isIn).toContain(await untilAnswered(() => under.store.commit(unit, commit)))
    const opened = await untilAnswered(() => under.store.open(unit, 1))
    expect(shown(opened.entries)).toEqual(['w1|a=1', 'w1|b=2'])
  })

  it('a node that hangs is given up, and its units go on when it wakes', async () => {
    const unit = 'detect/frozen'
    const { generation } = await untilAnswered(() => under.store.open(unit, 1))
    const server = await serverOf(unit)
    server.freeze()
    const commit = commitOf(generation, 0, { puts: [entry('w1', 'a', '1')] })
    await expect(under.store.commit(unit, commit)).rejects.toThrow(UnreachableError)
    server.thaw()
    expect(isIn).toContain(await untilAnswered(() => under.store.commit(unit, commit)))
  })

  it('no commit runs while its slot is moved, and none is lost by the move', async () => {
    const unit = 'detect/resharded'
    const { generation } = await untilAnswered(() => under.store.open(unit, 1))
    const puts = [entry('w1', 'a', '1'), entry('w2', 'a', '1')]
    const outbox = [{ topic: 't', partition: 0, key: null, value: null, headers: {} }]
    await under.store.commit(unit, commitOf(generation, 0, { puts }, { outbox }))
    // Due, so that the commit goes to the windows that it does not touch, too.
    await under.client.hset(keyOf(unit, 'meta'), 'renewed', 1)
    const from = await serverOf(unit)
    const to = cluster.servers.find((server) => server !== from)!
    const [source, target] = [from, to].map(({ port }) => new Redis(port, '127.0.0.1'))
    const [sourceId, targetId] = [await source!.cluster('MYID'), await target!.cluster('MYID')]
    const slot = await slotOf(keyOf(unit, 'meta'))
    await target!.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId)
    await source!.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId)
    const move = (key: string) => source!.migrate('127.0.0.1', to.port, keyOf(unit, key), 0, 5_000)

    const commit = commitOf(generation, 1, { deletedGroups: ['w1'] }, { outbox })
    await move('w:w2')
    await expect(under.store.commit(unit, commit)).rejects.toThrow(UnreachableError)
    expect(await source!.hmget(keyOf(unit, 'meta'), 'commit', 'pending')).toEqual(['1', '0'])
    for (const key of ['meta', 'groups', 'outbox', 'w:w1']) await move(key)
    await expect(under.store.commit(unit, commit)).rejects.toThrow(UnreachableError)
    for (const node of [target!, source!]) {
      await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', targetId)
      node.disconnect()
    }
    expect(isIn).toContain(await untilAnswered(() => under.store.commit(unit, commit)))
    const opened = await untilAnswered(() => under.store.open(unit, 1))
    expect(shown(opened.entries)).toEqual(['w2|a=1'])
    expect(under.lost).toEqual([])
  })

  it('comes back by itself when all nodes were killed', async () => {
    const unit = 'detect/all-killed'
    const { generation } = await untilAnswered(() => under.store.open(unit, 1))
    for (const server of cluster.servers) await server.kill()
    const commit = commitOf(generation, 0, { puts: [entry('w1', 'a', '1')] })
    await expect(under.store.commit(unit, commit)).rejects.toThrow(UnreachableError)
    for (const server of cluster.servers) await server.restart()
    expect(isIn).toContain(await untilAnswered(() => under.store.commit(unit, commit)))
  })
})
