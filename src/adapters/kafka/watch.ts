/**
 * Looks at a member twice a second: asks for the ends of what is read to its end, and finds what stalls.
 *
 * A stall is silence of kafkajs, or records that lie behind a reader and do not come, for longer than the
 * session of the member and that of a broker together: within them the cluster helps itself. A process
 * that stood still itself has heard nothing, which proves nothing.
 */
import type { Clock } from '../../ports/clock.ts'
import type { ClusterClient } from './cluster-client.ts'
import { messageOf } from './failures.ts'
import type { Told } from './kafka-event.ts'
import type { KafkaReader } from './kafka-reader.ts'

export interface WatchOptions {
  readonly cluster: Pick<ClusterClient, 'offsets' | 'fetch'>
  readonly clock: Clock
  readonly told: Told
  readonly group: string
  readonly sessionTimeoutMs: number
  readonly readers: () => Iterable<KafkaReader>
  /** null while there is none to judge. */
  readonly consumer: () => { readonly heardMs: number; heard(): void } | null
  readonly stalled: (why: string) => void
}

const everyMs = 500
/** A broker that is gone is known to be after its session: 9 s by default. */
const brokerSessionMs = 10_000
/** Records lie behind and none come: after this the partition is looked at directly. */
const probeAfterMs = 2_000

export class Watch {
  readonly #options: WatchOptions
  readonly #stallMs: number
  #lookedMs = 0
  #cancel: (() => void) | null = null
  #toldFailure: unknown = null

  constructor(options: WatchOptions) {
    this.#options = options
    this.#stallMs = options.sessionTimeoutMs + brokerSessionMs
  }

  start(): void {
    this.#lookedMs = this.#options.clock.monotonic()
    this.#lookLater()
  }

  stop(): void {
    this.#cancel?.()
  }

  #lookLater(): void {
    const { clock } = this.#options
    this.#cancel = clock.timer(everyMs, () => {
      this.#lookLater()
      const nowMs = clock.monotonic()
      if (nowMs - this.#lookedMs > everyMs * 4) this.#forgive()
      this.#lookedMs = nowMs
      this.#askForEnds()
      this.#lookForStalls(nowMs)
    })
  }

  #forgive(): void {
    this.#options.consumer()?.heard()
    for (const reader of this.#options.readers()) reader.forgive()
  }

  #askForEnds(): void {
    for (const reader of this.#options.readers()) {
      const from = reader.hungryFrom
      if (from === null || reader.isAsking) continue
      reader.isAsking = true
      this.#options.cluster
        .offsets(reader)
        .then(
          (offsets) => reader.answered(offsets, from),
          (error: unknown) => this.#tellOnce(error),
        )
        .finally(() => {
          reader.isAsking = false
        })
    }
  }

  /** Questions that went out together fail with one error. */
  #tellOnce(error: unknown): void {
    if (error === this.#toldFailure) return
    this.#toldFailure = error
    this.#options.told({ kind: 'unreachable', doing: 'listing offsets', why: messageOf(error) })
  }

  #lookForStalls(nowMs: number): void {
    const consumer = this.#options.consumer()
    if (consumer === null) return
    let silentMs = nowMs - consumer.heardMs
    for (const reader of this.#options.readers()) {
      const behindMs = reader.behindSinceMs === null ? 0 : nowMs - reader.behindSinceMs
      if (behindMs > probeAfterMs) this.#probe(reader)
      silentMs = Math.max(silentMs, behindMs)
    }
    if (silentMs <= this.#stallMs) return
    this.#options.told({ kind: 'stalled', group: this.#options.group, silentMs })
    this.#options.stalled(`silent for ${Math.round(silentMs)} ms`)
  }

  /**
   * A partition may end with offsets that hold nothing (its last tombstone was removed). kafkajs hides
   * such answers; asked directly, a fetch that finds nothing before the end shows that they are empty.
   */
  #probe(reader: KafkaReader): void {
    const from = reader.hungryFrom
    if (from === null || reader.isProbed) return
    reader.isProbed = true
    const { topic, partition } = reader
    this.#options.cluster
      .fetch({ topic, partition, from })
      .then(({ messages, highWatermark }) => {
        const holds = messages.some(({ offset }) => Number(offset) >= from)
        if (!holds && Number(highWatermark) > from) reader.leap(from, Number(highWatermark))
      })
      .catch(() => undefined)
      .finally(() => {
        reader.isProbed = false
      })
  }
}
