/**
 * Sends batches through a kafkajs producer: all replicas must have them (acks -1), in zstd, each record to
 * the partition that it names. Answers with the partitions that the brokers named, and no others.
 *
 * kafkajs itself tries once more, so that the answers of other brokers are kept when one connection
 * breaks; everything beyond is the queue's business. A producer that was given up is replaced: its
 * connections are new, and what may still lie in the old ones is read by the broker before them.
 */
import kafkajs from 'kafkajs'
import type { Clock } from '../../ports/clock.ts'
import type { PartitionBatch } from './append-queue.ts'
import { asUnreachable } from './failures.ts'

/** How long a leader waits for its replicas; below the client's own timeout. */
const replicasWithinMs = 8_000

export class Sender {
  readonly #client: kafkajs.Kafka
  readonly #clock: Clock
  #producer: kafkajs.Producer | null = null

  constructor(client: kafkajs.Kafka, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  async send(batches: readonly PartitionBatch[]): Promise<ReadonlySet<string>> {
    try {
      this.#producer ??= await this.#open()
      const answers = await this.#producer.sendBatch({
        acks: -1,
        timeout: replicasWithinMs,
        compression: kafkajs.CompressionTypes.ZSTD,
        topicMessages: this.#messages(batches),
      })
      return new Set(answers.map(({ topicName, partition }) => `${topicName}/${partition}`))
    } catch (error) {
      throw asUnreachable(error, 'appending')
    }
  }

  /** The next send opens a new producer. */
  renew(): void {
    void this.close().catch(() => undefined)
  }

  async close(): Promise<void> {
    const producer = this.#producer
    this.#producer = null
    await producer?.disconnect()
  }

  async #open(): Promise<kafkajs.Producer> {
    const producer = this.#client.producer({
      allowAutoTopicCreation: false,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition!,
      retry: { initialRetryTime: 100, retries: 1 },
      metadataMaxAge: 60_000,
    })
    await producer.connect()
    return producer
  }

  #messages(batches: readonly PartitionBatch[]): kafkajs.TopicMessages[] {
    const nowMs = this.#clock.now()
    const byTopic = new Map<string, kafkajs.Message[]>()
    for (const { topic, partition, records } of batches) {
      const messages = byTopic.get(topic) ?? []
      byTopic.set(topic, messages)
      for (const { key, value, headers, atMs = nowMs } of records) {
        messages.push({
          partition,
          key,
          value: value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.length),
          headers: { ...headers },
          timestamp: String(atMs),
        })
      }
    }
    return [...byTopic].map(([topic, messages]) => ({ topic, messages }))
  }
}
