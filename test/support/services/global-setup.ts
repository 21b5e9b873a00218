/**
 * Finds Kafka and Redis for the tests that need them, once for all files, and says which were used and how
 * they were started. The ladder: a URL from the environment (`KAFKA_BROKERS`, `REDIS_URL`), a container, a
 * local program. What is missing is skipped by name; `CULPRIT_REQUIRE_SERVICES=1` makes that a failure.
 */
import type { TestProject } from 'vitest/node'
import { startKafka } from './kafka.ts'
import { startRedis } from './redis.ts'

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const [kafka, redis] = await Promise.all([startKafka(), startRedis()])
  const found = { Kafka: kafka, Redis: redis }
  for (const [name, service] of Object.entries(found)) {
    const says =
      'missing' in service ? `MISSING, its tests are skipped: ${service.missing}` : service.how
    process.stderr.write(`${name}: ${says}\n`)
  }
  project.provide('services', {
    kafka: 'missing' in kafka ? kafka : kafka.at,
    redis: 'missing' in redis ? redis : redis.at,
  })
  const stop = async () => {
    for (const service of Object.values(found)) if (!('missing' in service)) await service.stop()
  }
  const missing = Object.entries(found).filter(([, service]) => 'missing' in service)
  if (missing.length > 0 && process.env['CULPRIT_REQUIRE_SERVICES'] === '1') {
    await stop()
    throw new Error(
      `CULPRIT_REQUIRE_SERVICES=1 and no ${missing.map(([name]) => name).join(', no ')}`,
    )
  }
  return stop
}
