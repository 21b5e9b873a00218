/** Redis for tests. */
import type { RedisAt, Service } from './service.ts'

export function startRedis(): Promise<Service<RedisAt>> {
  const url = process.env.REDIS_URL
  if (url === undefined || url === '') return Promise.resolve({ missing: 'REDIS_URL is not set' })
  return Promise.resolve({
    at: { url },
    how: `REDIS_URL=${url}`,
    stop: () => Promise.resolve(),
  })
}
