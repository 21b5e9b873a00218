/**
 * Kafka in a container. `KafkaContainer` of testcontainers runs Confluent images only, so `apache/kafka`
 * is started by hand, on a host port chosen before: a broker must know the address that clients use.
 * A machine without a container engine is found out within a second.
 */
import { existsSync } from 'node:fs'
import { type RequestOptions, request } from 'node:http'
import { freePorts } from './kafka-brokers.ts'
import { kafkaVersion } from './kafka-jars.ts'
import type { KafkaAt, Service } from './service.ts'

const image = `apache/kafka:${kafkaVersion}`
const probeMs = 1_000

export async function startKafkaContainer(): Promise<Service<KafkaAt>> {
  const engine = engineAddress()
  if (engine === null) return { missing: 'no container engine' }
  if (!(await answers(engine))) return { missing: 'the container engine does not answer' }
  try {
    const { GenericContainer, Wait } = await import('testcontainers')
    const [port] = await freePorts(1)
    const container = await new GenericContainer(image)
      .withExposedPorts({ container: 9092, host: port! })
      .withEnvironment(environment(port!))
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .withStartupTimeout(120_000)
      .start()
    return {
      at: { brokers: [`127.0.0.1:${port}`] },
      how: `container ${image}`,
      stop: async () => void (await container.stop()),
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { missing: `container ${image}: ${why.split('\n')[0]}` }
  }
}

function environment(port: number): Record<string, string> {
  return {
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  }
}

function engineAddress(): RequestOptions | null {
  const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
  if (host.startsWith('unix://')) {
    const socketPath = host.slice('unix://'.length)
    return existsSync(socketPath) ? { socketPath } : null
  }
  try {
    const { hostname, port } = new URL(host.replace(/^tcp:/, 'http:'))
    return { hostname, port: Number(port) }
  } catch {
    return null
  }
}

function answers(address: RequestOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ ...address, path: '/_ping', timeout: probeMs }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    ping.once('timeout', () => ping.destroy(new Error('no answer')))
    ping.once('error', () => resolve(false))
    ping.end()
  })
}
