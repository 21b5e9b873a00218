/** Kafka for tests. */
import type { KafkaAt, Service } from './service.ts'

export function startKafka(): Promise<Service<KafkaAt>> {
  const brokers = process.env.KAFKA_BROKERS
  if (brokers === undefined || brokers === '')
    return Promise.resolve({ missing: 'KAFKA_BROKERS is not set' })
  return Promise.resolve({
    at: { brokers: brokers.split(',') },
    how: `KAFKA_BROKERS=${brokers}`,
    stop: () => Promise.resolve(),
  })
}
