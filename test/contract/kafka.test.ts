import { describe, inject } from 'vitest'
import { openKafkaLog } from '../../src/adapters/kafka/open-kafka-log.ts'
import { systemClock } from '../../src/engine/system-clock.ts'
import { missingOf } from '../support/services/service.ts'
import { eventLogSuite } from './event-log-suite.ts'

const { kafka } = inject('services')
const missing = missingOf(kafka)

describe.skipIf(missing !== null)(
  `on a real broker${missing === null ? '' : `: ${missing}`}`,
  () => {
    eventLogSuite('kafka', async () => {
      if ('missing' in kafka) throw new Error(kafka.missing)
      const open = () =>
        openKafkaLog({
          brokers: kafka.brokers,
          clientId: 'culprit-contract',
          groupPrefix: `contract-${process.pid}-`,
          ssl: null,
          sasl: null,
          clock: systemClock,
          replicationFactor: 1,
          sessionTimeoutMs: 10_000,
          told: () => undefined,
        })
      let log = await open()
      return {
        log,
        reopen: async () => {
          await log.close()
          log = await open()
          return log
        },
        close: () => log.close(),
      }
    })
  },
)
