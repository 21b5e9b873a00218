/** A server that takes nobody from other machines: said as what it is, not as one that is away. */
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openRedisStore } from '../../../src/adapters/redis/open-redis-store.ts'
import { systemClock } from '../../../src/engine/system-clock.ts'

let server: Server
let url: string

beforeEach(async () => {
  // What redis-server 7 writes to whoever connects (networking.c), before it closes the connection.
  server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.resume()
    socket.end('-DENIED Redis is running in protected mode because protected mode is enabled.\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
})

it('is told from a server that does not answer', async () => {
  const opening = openRedisStore({
    url,
    cluster: false,
    password: null,
    tls: null,
    keyPrefix: 'culprit:',
    expiryMs: 1_000_000,
    volatile: false,
    clock: systemClock,
    onLost: () => undefined,
    deadlineMs: 2_000,
  })
  await expect(opening).rejects.toThrow(
    /redis\.url: expected a server that other machines may use: 127\.0\.0\.1:\d+ is in protected mode/,
  )
})
