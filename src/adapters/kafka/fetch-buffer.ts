/** Records of one partition, fetched and not yet taken, in order. They become records when taken. */
import type kafkajs from 'kafkajs'
import type { LogRecord } from '../../ports/event-log.ts'
import { bytesOf, toRecord } from './message.ts'

/** A place is cut off the front of the list only when it has become the larger half. */
const trimMin = 1_024

export class FetchBuffer {
  readonly #place: { readonly topic: string; readonly partition: number }
  /** null before `#head`: what was taken may be large, and the list lives for as long as something waits. */
  #messages: (kafkajs.KafkaMessage | null)[] = []
  #head = 0
  #bytes = 0

  constructor(place: { readonly topic: string; readonly partition: number }) {
    this.#place = place
  }

  get bytes(): number {
    return this.#bytes
  }

  get isEmpty(): boolean {
    return this.#head === this.#messages.length
  }

  get firstOffset(): number | null {
    const first = this.#messages[this.#head]
    return first == null ? null : Number(first.offset)
  }

  add(messages: readonly kafkajs.KafkaMessage[]): void {
    for (const message of messages) {
      this.#messages.push(message)
      this.#bytes += bytesOf(message)
    }
  }

  clear(): void {
    this.#messages = []
    this.#head = 0
    this.#bytes = 0
  }

  /** Ends with the record that reaches the limit. */
  take(bytesMax: number): { records: LogRecord[]; bytes: number } {
    const records: LogRecord[] = []
    let bytes = 0
    for (; this.#head < this.#messages.length && bytes < bytesMax; this.#head++) {
      const message = this.#messages[this.#head]!
      bytes += bytesOf(message)
      records.push(toRecord(this.#place, message))
      this.#messages[this.#head] = null
    }
    this.#bytes -= bytes
    if (this.isEmpty) this.clear()
    else if (this.#head > trimMin && this.#head * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#head)
      this.#head = 0
    }
    return { records, bytes }
  }
}
