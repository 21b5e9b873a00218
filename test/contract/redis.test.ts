import { inject } from 'vitest'
import { describe } from 'vitest'
import { RedisUnderTest } from '../adapters/redis/under-test.ts'
import { missingOf } from '../support/services/service.ts'
import { checkpointStoreSuite } from './checkpoint-store-suite.ts'

const { redis } = inject('services')
const missing = missingOf(redis)

describe.skipIf(missing !== null)(`Redis${missing === null ? '' : `: ${missing}`}`, () => {
  checkpointStoreSuite('Redis', async () => {
    const { url } = redis as { url: string }
    const under = await RedisUnderTest.open({ url, cluster: false })
    return under.forSuite(() => Promise.resolve())
  })
})
