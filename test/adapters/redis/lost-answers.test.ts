/** Answers that never come: a call ends all the same, and the same commit may be sent again. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openRedisStore } from '../../../src/adapters/redis/open-redis-store.ts'
import { UnreachableError } from '../../../src/core/kernel/errors.ts'
import { missingRedisServer } from '../../support/services/redis.ts'
import { RedisProxy } from '../../support/services/redis-proxy.ts'
import { freePort, RedisServer } from '../../support/services/redis-server.ts'
import { commitOf, entry, RedisUnderTest, shown, untilAnswered } from './under-test.ts'

const missing = missingRedisServer()
/** Short, since these tests wait for it; no test depends on how long it is. */
const deadlineMs = 250

describe.skipIf(missing !== null)(`answers that are lost${missing ? `: ${missing}` : ''}`, () => {
  let server: RedisServer
  let proxy: RedisProxy
  let under: RedisUnderTest
  let unitNumber = 0
  const newUnit = () => `detect/${unitNumber++}`

  beforeAll(async () => {
    server = await RedisServer.start()
    proxy = await RedisProxy.start(server.port)
    under = await RedisUnderTest.open({ url: proxy.url, deadlineMs })
  })
  afterEach(() => proxy.pass())
  afterAll(async () => {
    await under.close()
    await proxy.stop()
    await server.stop()
  })

  it('a commit whose answer was cut off is refused, and done when it is sent again', async () => {
    const unit = newUnit()
    const { generation } = await untilAnswered(() => under.store.open(unit, 1))
    const commit = commitOf(generation, 0, { puts: [entry('w1', 'a', '1')] })
    proxy.cutNextAnswer()
    await expect(under.store.commit(unit, commit)).rejects.toThrow(UnreachableError)
    expect(await untilAnswered(() => under.store.commit(unit, commit))).toBe('done')
    const opened = await under.store.open(unit, 1)
    expect(opened.commit).toBe(1)
    expect(shown(opened.entries)).toEqual(['w1|a=1'])
  })

  it('no call waits for ever when the connection stays and nothing comes', async () => {
    const unit = newUnit()
    const { generation } = await untilAnswered(() => under.store.open(unit, 1))
    proxy.swallowAnswers()
    const commit = commitOf(generation, 0)
    const calls = [
      under.store.commit(unit, commit),
      under.store.open(newUnit(), 1),
      under.store.units(),
      under.store.scan(unit, 'w', ''),
      under.store.check(),
    ]
    for (const { status } of await Promise.allSettled(calls)) expect(status).toBe('rejected')
    proxy.pass()
    expect(await untilAnswered(() => under.store.commit(unit, commit))).toBe('done')
  })

  it('refuses at once while there is no connection, and comes back by itself', async () => {
    const unit = newUnit()
    const { generation } = await untilAnswered(() => under.store.open(unit, 1))
    proxy.refuse()
    await expect(under.store.commit(unit, commitOf(generation, 0))).rejects.toThrow(
      UnreachableError,
    )
    // Our own words for it, not the client's, which name options that nobody has set.
    await expect(under.store.commit(unit, commitOf(generation, 0))).rejects.toThrow(
      /^redis\.url: 127\.0\.0\.1:\d+ does not answer: (the connection is \w+|.*ECONNRESET)$/,
    )
    proxy.pass()
    expect(await untilAnswered(() => under.store.commit(unit, commitOf(generation, 0)))).toBe('ok')
  })

  it('goes on after the server was frozen: the late commit counts once', async () => {
    const unit = newUnit()
    const { generation } = await untilAnswered(() => under.store.open(unit, 1))
    const commit = commitOf(generation, 0, { puts: [entry('', 'n', '1')] })
    server.freeze()
    await expect(under.store.commit(unit, commit)).rejects.toThrow(UnreachableError)
    server.thaw()
    expect(['ok', 'done']).toContain(await untilAnswered(() => under.store.commit(unit, commit)))
    expect(await untilAnswered(() => under.store.open(unit, 1))).toMatchObject({ commit: 1 })
  })

  it.each([
    { marker: 'hscan', isLost: false, why: 'what it read is no state that ever was' },
    // The script comes as text the first time on a connection.
    { marker: "return 'fenced' end\nreset(", isLost: true, why: 'the other one made it anew' },
  ])('gives a unit up that another owner takes at $marker: $why', async ({ marker, isLost }) => {
    const unit = newUnit()
    const first = await untilAnswered(() => under.store.open(unit, 1))
    const puts = (value: string) => ({ puts: [entry('w1', 'a', value), entry('w2', 'a', value)] })
    await under.store.commit(unit, commitOf(first.generation, 0, puts('1')))
    if (isLost) await under.client.unlink(`${under.options.keyPrefix}{${unit}}:w:w1`)

    const slow = await openRedisStore(under.options)
    const quick = await openRedisStore({ ...under.options, url: server.url })
    let answer: string | null = null
    proxy.interpose(marker, async () => {
      const { generation, commit } = await quick.open(unit, 1)
      answer = await quick.commit(unit, commitOf(generation, commit, puts('2')))
    })
    await expect(slow.open(unit, 1)).rejects.toThrow(/opened elsewhere/)
    expect(answer).toBe('ok')
    expect(shown((await quick.open(unit, 1)).entries)).toEqual(['w1|a=2', 'w2|a=2'])
    await slow.close()
    await quick.close()
  })

  it('a server that is not there is unreachable, said without user and password', async () => {
    const url = `redis://me:secret@127.0.0.1:${await freePort()}`
    const opening = openRedisStore({ ...under.options, url })
    await expect(opening).rejects.toThrow(UnreachableError)
    await expect(opening).rejects.toThrow(/127\.0\.0\.1:\d+ does not answer: connect ECONNREFUSED/)
    await expect(opening).rejects.not.toThrow(/secret/)
  })

  it('a closed store refuses, and closing again is no harm', async () => {
    const store = await openRedisStore({ ...under.options, url: server.url })
    await store.close()
    await expect(store.units()).rejects.toThrow(UnreachableError)
    await store.close()
  })
})
