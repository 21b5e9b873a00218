/** Redis for tests: `REDIS_URL`; else a container; else redis-server on PATH; else why there is none. */
import { startRedisContainer } from './redis-container.ts'
import { RedisServer, redisServerProgram } from './redis-server.ts'
import type { RedisAt, Service } from './service.ts'

export async function startRedis(): Promise<Service<RedisAt>> {
  const url = process.env['REDIS_URL'] ?? ''
  if (url !== '') return { at: { url }, how: 'REDIS_URL', stop: () => Promise.resolve() }
  let why = 'no container engine answers'
  try {
    const container = await startRedisContainer()
    if (container !== null) {
      const { url: at, how } = container
      return { at: { url: at }, how, stop: () => container.stop() }
    }
  } catch (error) {
    why = `the container did not start (${String(error)})`
  }
  const program = redisServerProgram()
  if (program === null) {
    return { missing: `REDIS_URL is not set, ${why}, no redis-server on PATH` }
  }
  try {
    const server = await RedisServer.start()
    return {
      at: { url: server.url },
      how: `${program} on port ${server.port}, since ${why}`,
      stop: () => server.stop(),
    }
  } catch (error) {
    return { missing: `REDIS_URL is not set, ${why}, ${String(error)}` }
  }
}

/** For tests that disturb a server and so need one of their own: why there is none, or null. */
export function missingRedisServer(): string | null {
  return redisServerProgram() === null ? 'no redis-server on PATH' : null
}
