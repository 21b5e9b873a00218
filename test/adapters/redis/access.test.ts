/** Who may come in, what is said to those who may not, and whether the servers keep what they are given. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openRedisStore } from '../../../src/adapters/redis/open-redis-store.ts'
import { ConfigError } from '../../../src/core/kernel/errors.ts'
import { missingRedisServer } from '../../support/services/redis.ts'
import { freePort, RedisServer } from '../../support/services/redis-server.ts'
import { commitOf, entry, RedisUnderTest, shown, untilAnswered } from './under-test.ts'

const missing = missingRedisServer()

describe.skipIf(missing !== null)(`access to Redis${missing ? `: ${missing}` : ''}`, () => {
  let server: RedisServer
  let under: RedisUnderTest
  const said: unknown[][] = []

  beforeAll(async () => {
    server = await RedisServer.start()
    under = await RedisUnderTest.open({ url: server.url })
  })
  afterAll(async () => {
    await under.close()
    await server.stop()
  })
  beforeEach(() => {
    said.length = 0
    for (const method of ['error', 'warn', 'log'] as const) {
      vi.spyOn(console, method).mockImplementation((...words: unknown[]) => said.push(words))
    }
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const password = 'p@ss:w/ö rd'
  const userUrl = (name: string, secret: string) =>
    server.url.replace('//', `//${name}:${encodeURIComponent(secret)}@`)
  const setUser = (name: string, ...rules: string[]) =>
    under.client.call('ACL', 'SETUSER', name, 'reset', 'on', `>${password}`, ...rules)

  /** All that the store needs; for the manual, too. */
  const needed = (
    'eval evalsha hello client info time hget hmget hset hdel hscan get set ' +
    'sadd srem scard sismember smembers exists pexpire unlink'
  )
    .split(' ')
    .map((command) => `+${command}`)

  it('a user with a password and no more rights than needed does everything', async () => {
    await setUser('culprit', '~only-mine:*', ...needed)
    const url = userUrl('culprit', password)
    const store = await openRedisStore({ ...under.options, url, keyPrefix: 'only-mine:' })
    const { generation } = await store.open('detect/0', 1)
    const puts = [entry('w1', 'a', '1')]
    const outbox = [{ topic: 't', partition: 0, key: null, value: null, headers: {} }]
    expect(await store.commit('detect/0', commitOf(generation, 0, { puts }, { outbox }))).toBe('ok')
    expect(shown(await store.scan('detect/0', 'w1', ''))).toEqual(['w1|a=1'])
    expect(await store.units()).toEqual(['detect/0'])
    expect(await store.groups('detect/0')).toEqual(['w1'])
    expect((await store.open('detect/0', 1)).outbox).toHaveLength(1)
    expect((await store.check()).faults).toEqual([])
    await store.close()
    expect(said).toEqual([])
  })

  it('the password of a file wins over the one in the URL', async () => {
    await setUser('filed', '~*', '+@all')
    const url = userUrl('filed', 'wrong')
    const store = await openRedisStore({ ...under.options, url, password })
    expect(await store.units()).toEqual([])
    await store.close()
  })

  it.each([
    { url: () => userUrl('culprit', 'guessed'), why: 'wrong password' },
    { url: () => userUrl('nobody', 'guessed'), why: 'no such user' },
  ])('$why is one ConfigError that names redis.url and not the password', async ({ url }) => {
    const refused = await openRedisStore({ ...under.options, url: url() }).catch((error) => error)
    expect(refused).toBeInstanceOf(ConfigError)
    expect(refused.message).toMatch(/^redis\.url: expected a user and password that .* takes, got/)
    expect(refused.message).toContain('WRONGPASS')
    expect(JSON.stringify(refused) + refused.stack).not.toContain('guessed')
    expect(said).toEqual([])
  })

  it('no password where one is wanted is a ConfigError', async () => {
    const guarded = await RedisServer.start(['--requirepass', 'secret'])
    try {
      const opening = openRedisStore({ ...under.options, url: guarded.url })
      await expect(opening).rejects.toThrow(/^redis\.url: expected a user and password.*NOAUTH/)
      const store = await openRedisStore({
        ...under.options,
        url: guarded.url,
        password: 'secret',
      })
      await store.close()
    } finally {
      await guarded.stop()
    }
  })

  it.each([{ lacks: 'unlink' }, { lacks: 'hscan' }, { lacks: 'evalsha' }, { lacks: 'hset' }])(
    'a user who may not call $lacks is refused while starting',
    async ({ lacks }) => {
      await setUser('lacking', '~*', ...needed, `-${lacks}`)
      const opening = openRedisStore({ ...under.options, url: userUrl('lacking', password) })
      await expect(opening).rejects.toThrow(ConfigError)
      await expect(opening).rejects.toThrow(/^redis\.url: expected a user who may do/)
    },
  )

  it('a user without the keys of the prefix is refused while starting', async () => {
    await setUser('elsewhere', '~other:*', ...needed)
    const opening = openRedisStore({ ...under.options, url: userUrl('elsewhere', password) })
    await expect(opening).rejects.toThrow(/^redis\.url: expected a user who may do/)
  })

  it.each([
    { url: 'http://127.0.0.1:6379', says: 'expected redis://HOST:PORT', why: 'another protocol' },
    { url: 'redis:', says: 'expected redis://HOST:PORT', why: 'no host' },
    { url: 'redis://h/x', says: 'a database number as path', why: 'no number' },
    { url: 'redis://h/1', cluster: true, says: 'a cluster has only 0', why: 'clusters have one' },
  ])('refuses $url: $why', async ({ url, cluster = false, says }) => {
    const opening = openRedisStore({ ...under.options, url, cluster })
    await expect(opening).rejects.toThrow(ConfigError)
    await expect(opening).rejects.toThrow(says)
  })

  it('refuses a prefix with braces, a database that is not there, a cluster that is none', async () => {
    const { options } = under
    await expect(openRedisStore({ ...options, keyPrefix: 'a{b}' })).rejects.toThrow(
      'redis.keyPrefix: expected no braces',
    )
    await expect(openRedisStore({ ...options, url: `${server.url}/99` })).rejects.toThrow(
      /^redis\.url: expected a database that .* has/,
    )
    await expect(openRedisStore({ ...options, cluster: true })).rejects.toThrow(
      /^redis\.cluster: expected false/,
    )
  })

  it('databases of one server are apart', async () => {
    const other = await RedisUnderTest.open({ ...under.options, url: `${server.url}/3` })
    await under.store.open('detect/apart', 1)
    expect(await other.store.units()).toEqual([])
    await other.close()
  })

  it('finds nothing wrong with a server that keeps everything, and knows it', async () => {
    const { faults, unchecked, servers } = await under.store.check()
    expect({ faults, unchecked }).toEqual({ faults: [], unchecked: [] })
    expect(servers).toEqual([
      {
        address: `127.0.0.1:${server.port}`,
        version: expect.stringMatching(/^(redis|valkey) \d+\.\d+/),
        clockOffsetMs: expect.any(Number),
      },
    ])
    expect(Math.abs(servers[0]!.clockOffsetMs!)).toBeLessThan(60_000)
  })

  it('finds a policy that evicts, and an append-only file that is not written', async () => {
    const evicting = ['--maxmemory-policy', 'allkeys-lru']
    const loose = await RedisServer.start([...evicting, '--appendonly', 'no'])
    const { url } = loose
    const strict = await RedisUnderTest.open({ url })
    const volatile = await RedisUnderTest.open({ url, volatile: true })
    try {
      const at = `127.0.0.1:${loose.port}`
      const policy = `${at}: maxmemory-policy must be noeviction, is allkeys-lru`
      const append = `${at}: appendonly must be yes, is no`
      expect((await strict.store.check()).faults).toEqual([policy, append])
      expect((await volatile.store.check()).faults).toEqual([policy])
    } finally {
      await strict.close()
      await volatile.close()
      await loose.stop()
    }
  })

  it('says what it may not look at, and that is no fault', async () => {
    await setUser('blind', '~*', ...needed, '-info', '-time')
    const store = await openRedisStore({ ...under.options, url: userUrl('blind', password) }).catch(
      (error: Error) => error.message,
    )
    // The scripts themselves need TIME.
    expect(store).toMatch(/may do what the store does/)
    await setUser('blind', '~*', ...needed, '-info')
    const blind = await openRedisStore({ ...under.options, url: userUrl('blind', password) })
    const { faults, unchecked, servers } = await blind.check()
    await blind.close()
    expect(faults).toEqual([])
    expect(unchecked).toHaveLength(2)
    for (const each of unchecked) expect(each).toMatch(/(maxmemory-policy|appendonly): NOPERM/)
    expect(servers[0]!.version).toBeNull()
  })

  it('a user who loses the right to come in is unreachable, and comes back with it', async () => {
    await setUser('culprit', '~*', ...needed)
    const url = userUrl('culprit', password)
    const store = await openRedisStore({ ...under.options, url })
    const { generation } = await store.open('detect/rights', 1)
    await under.client.call('ACL', 'SETUSER', 'culprit', 'resetpass')
    await under.client.call('CLIENT', 'KILL', 'USER', 'culprit')
    const refused = await store
      .commit('detect/rights', commitOf(generation, 0))
      .catch((error: Error) => error)
    expect(refused).toMatchObject({ name: 'UnreachableError' })
    await setUser('culprit', '~*', ...needed)
    const commit = () => store.commit('detect/rights', commitOf(generation, 0))
    expect(await untilAnswered(commit)).toBe('ok')
    await store.close()
  })

  const noOpenssl = spawnSync('openssl', ['version']).status !== 0
  describe.skipIf(noOpenssl)(`over TLS${noOpenssl ? ': no openssl on PATH' : ''}`, () => {
    let folder: string
    let keyFile: string
    let certFile: string
    let secured: RedisServer
    let url: string

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'culprit-tls-'))
      keyFile = join(folder, 'key.pem')
      certFile = join(folder, 'cert.pem')
      const subject = ['-subj', '/CN=redis', '-addext', 'subjectAltName=IP:127.0.0.1']
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
      const out = ['-keyout', keyFile, '-out', certFile, '-days', '2']
      execFileSync('openssl', ['req', '-x509', ...key, ...subject, ...out], { stdio: 'ignore' })
      const port = String(await freePort())
      const files = ['--tls-cert-file', certFile, '--tls-key-file', keyFile]
      const authority = ['--tls-ca-cert-file', certFile, '--tls-auth-clients', 'yes']
      secured = await RedisServer.start(['--port', '0', '--tls-port', port, ...files, ...authority])
      url = `rediss://127.0.0.1:${port}`
    })
    afterAll(async () => {
      await secured?.stop()
      rmSync(folder, { recursive: true })
    })

    it('comes in with an authority and a certificate of its own', async () => {
      const [ca, cert, key] = [certFile, certFile, keyFile].map((file) =>
        readFileSync(file, 'utf8'),
      )
      const tls = { ca: ca!, cert: cert!, key: key! }
      const store = await openRedisStore({ ...under.options, url, tls })
      const { generation } = await store.open('detect/0', 1)
      expect(await store.commit('detect/0', commitOf(generation, 0))).toBe('ok')
      await store.close()
    })

    it('does not trust a certificate of nobody', async () => {
      await expect(openRedisStore({ ...under.options, url })).rejects.toThrow(
        /^redis\.url: expected a server whose TLS certificate can be trusted, got .*SELF_SIGNED/,
      )
    })
  })
})
