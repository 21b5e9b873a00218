import { describe } from 'vitest'
import { RedisUnderTest } from '../adapters/redis/under-test.ts'
import { missingRedisServer } from '../support/services/redis.ts'
import { RedisCluster } from '../support/services/redis-cluster.ts'
import { checkpointStoreSuite } from './checkpoint-store-suite.ts'

const missing = missingRedisServer()

describe.skipIf(missing !== null)(`Redis Cluster${missing === null ? '' : `: ${missing}`}`, () => {
  checkpointStoreSuite('Redis Cluster of three masters', async () => {
    const cluster = await RedisCluster.start()
    const under = await RedisUnderTest.open({ url: cluster.url, cluster: true })
    return under.forSuite(() => cluster.stop())
  })
})
