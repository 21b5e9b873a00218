/**
 * What every EventLog has to do, whatever it is made of. Each adapter's test file calls this with a
 * factory. Topics have new names in every test, so one broker can serve them all.
 */
import { afterAll, beforeAll, describe } from 'vitest'
import { GivenLog, type LogUnderTest } from './event-log/given-log.ts'
import { groupTests } from './event-log/groups.ts'
import { recordTests } from './event-log/records.ts'
import { topicTests } from './event-log/topics.ts'

export function eventLogSuite(name: string, open: () => Promise<LogUnderTest>): void {
  describe(`EventLog: ${name}`, () => {
    let under: LogUnderTest
    let given: GivenLog
    beforeAll(async () => {
      under = await open()
      given = new GivenLog(name, under)
    })
    afterAll(async () => under.close())

    recordTests(() => given)
    groupTests(() => given)
    topicTests(() => given)
  })
}
