/**
 * Kafka for tests, from the first rung that holds: `KAFKA_BROKERS`; a container; a broker of one node as a
 * JVM process from Maven's artifacts.
 */
import { KafkaBrokers } from './kafka-brokers.ts'
import { startKafkaContainer } from './kafka-container.ts'
import { kafkaVersion } from './kafka-jars.ts'
import type { KafkaAt, Service } from './service.ts'

export async function startKafka(): Promise<Service<KafkaAt>> {
  const given = process.env['KAFKA_BROKERS']
  if (given !== undefined && given !== '') {
    const stop = () => Promise.resolve()
    return { at: { brokers: given.split(',') }, how: `KAFKA_BROKERS=${given}`, stop }
  }
  const container = await startKafkaContainer()
  if (!('missing' in container)) return container
  try {
    const brokers = await KafkaBrokers.start({ nodes: 1 })
    if (brokers instanceof KafkaBrokers) {
      return {
        at: { brokers: brokers.addresses },
        how: `Kafka ${kafkaVersion} as a process`,
        stop: () => brokers.remove(),
      }
    }
    return { missing: `${container.missing}; ${brokers.missing}` }
  } catch (error) {
    return { missing: `${container.missing}; ${(error as Error).message}` }
  }
}
