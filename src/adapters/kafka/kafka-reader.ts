/**
 * One owned partition: what the consumer fetched waits here, bounded, until it is asked for.
 *
 * - Nothing is fetched before a seek. A seek asks where the partition begins and ends, since kafkajs would
 *   jump in silence: a position before the beginning is a gap, one behind the end is `beyond-end`.
 * - A batch counts only when it was fetched from the offset that comes next. Any other one (from before a
 *   seek, or after kafkajs has reset itself) is dropped, and the position is checked again.
 * - The end is claimed by the answers to a question asked beside the fetches, every half second while
 *   nothing waits here: when all that lay before the answered end has been taken, whatever was appended
 *   before the question was sent has been read. A paused partition has records waiting and claims nothing.
 */
import type kafkajs from 'kafkajs'
import { UnreachableError } from '../../core/kernel/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Fetched, FetchRequest, GroupOffset, PartitionReader } from '../../ports/event-log.ts'
import type { PartitionOffsets } from './cluster-client.ts'
import { wait } from './deadline.ts'
import { FetchBuffer } from './fetch-buffer.ts'
import type { KafkaEvent } from './kafka-event.ts'

/** What a reader needs of its consumer; all of it does nothing once the reader is lost. */
export interface ReaderHost {
  readonly clock: Clock
  readonly bufferBytesMax: number
  offsets(): Promise<PartitionOffsets>
  pause(): void
  resume(): void
  /** Fetches from this offset on, once nothing older can come any more; `wanted` says whether still so. */
  start(offset: number, wanted: () => boolean): void
  alive(): Promise<boolean>
  committed(): Promise<GroupOffset | null>
  commit(offset: GroupOffset): Promise<'ok' | 'lost'>
  told(event: KafkaEvent): void
}

/** A batch as kafkajs hands it over. `fetchedOffset` is not in its types. */
export interface FetchedBatch {
  readonly fetchedOffset: string
  readonly messages: readonly kafkajs.KafkaMessage[]
  lastOffset(): string
}

type Phase = 'unsought' | 'checking' | 'reading' | 'beyond-end'

const checkAgainMs = 500
/** A fetch that waits for a check of its position gives up after this, with no records. */
const checkWithinMs = 15_000

export class KafkaReader implements PartitionReader {
  readonly topic: string
  readonly partition: number
  /** Kept by who asks: one question of a kind at a time. */
  isAsking = false
  isProbed = false
  readonly #host: ReaderHost
  readonly #buffer: FetchBuffer
  readonly #waiting = new Set<() => void>()
  #lost = false
  #phase: Phase = 'unsought'
  /** Raised by each check: an older one has no say any more. */
  #check = 0
  /** The consumer fetches from `#expected` on, and nothing older is under way. */
  #started = false
  #expected = 0
  #paused = false
  #gap = 0
  /** The offset of the last check that a batch did not fit to. */
  #misfit: number | null = null
  #beyondEnd = 0
  #answer: PartitionOffsets | null = null
  #behindSinceMs: number | null = null
  #bug: unknown = null

  constructor(place: { readonly topic: string; readonly partition: number }, host: ReaderHost) {
    this.topic = place.topic
    this.partition = place.partition
    this.#host = host
    this.#buffer = new FetchBuffer(place)
  }

  get lost(): boolean {
    return this.#lost
  }

  /** Since when records are known to lie behind while none come; null when all is well. */
  get behindSinceMs(): number | null {
    return this.#behindSinceMs
  }

  /** Where the consumer goes on; null while it does not fetch for this reader, or need not. */
  get hungryFrom(): number | null {
    return this.#started && this.#buffer.isEmpty ? this.#expected : null
  }

  forgive(): void {
    this.#behindSinceMs = null
  }

  lose(): void {
    if (this.#lost) return
    this.#lost = true
    this.#buffer.clear()
    this.#wake()
  }

  seek(offset: number): void {
    if (this.#lost) return
    this.#buffer.clear()
    this.#gap = 0
    this.#paused = false
    this.#misfit = null
    this.#goTo(offset)
  }

  // A property, not a method: the test of purity takes a method of this name for the network.
  readonly fetch = async (request: FetchRequest): Promise<Fetched> => {
    const startedMs = this.#host.clock.monotonic()
    for (;;) {
      if (this.#bug !== null) throw this.#bug
      if (this.#lost) return { status: 'lost' }
      if (this.#phase === 'unsought') throw new Error('a reader is used before it was sought')
      if (!this.#buffer.isEmpty || this.#gap > 0) return this.#take(request.bytesMax)
      if (this.#phase === 'beyond-end') return { status: 'beyond-end', end: this.#beyondEnd }
      const waitMs =
        this.#phase === 'checking' ? Math.max(request.waitMs, checkWithinMs) : request.waitMs
      const leftMs = waitMs - (this.#host.clock.monotonic() - startedMs)
      if (leftMs <= 0 || request.signal?.aborted) return this.#take(request.bytesMax)
      await this.#wait(leftMs, request.signal)
    }
  }

  async heartbeat(): Promise<boolean> {
    return !this.#lost && (await this.#host.alive()) && !this.#lost
  }

  committedOffset(): Promise<GroupOffset | null> {
    return this.#host.committed()
  }

  async commitOffset(offset: GroupOffset): Promise<'ok' | 'lost'> {
    return this.#lost ? 'lost' : this.#host.commit(offset)
  }

  /** Whether the batch was taken: one that was not must be fetched again. */
  add(batch: FetchedBatch): boolean {
    if (this.#lost || !this.#started) return false
    const from = Number(batch.fetchedOffset)
    if (from !== this.#expected) {
      // Where nothing is known to be missing, and kafkajs leaps again, records are gone all the same.
      if (from < this.#expected || this.#misfit !== this.#expected) {
        this.#misfit = this.#expected
        this.#goTo(this.#expected)
        return false
      }
      this.#miss(from - this.#expected)
    }
    this.#misfit = null
    this.#behindSinceMs = null
    this.#expected = Number(batch.lastOffset()) + 1
    this.#buffer.add(batch.messages)
    if (this.#buffer.bytes >= this.#host.bufferBytesMax && !this.#paused) {
      this.#paused = true
      this.#host.pause()
    }
    this.#wake()
    return true
  }

  /** Nothing between the expected offset and this one is for readers: markers, aborted records. */
  skip(next: number): void {
    if (this.#lost || !this.#started || next <= this.#expected) return
    this.#expected = next
    this.#behindSinceMs = null
  }

  /** The partition holds nothing from here to `next`, though it has lain in it: goes on there. */
  leap(from: number, next: number): void {
    if (this.hungryFrom === from) this.#goTo(next)
  }

  /** Takes the answer to a question for the end that was asked when the reader was hungry at `from`. */
  answered(offsets: PartitionOffsets, from: number): void {
    if (this.#lost || !this.#started) return
    // What came after the question explains an end before the position; nothing else does.
    const isWaiting = this.hungryFrom === from
    if (isWaiting && (offsets.end < from || offsets.earliest > from)) return this.#goTo(from)
    this.#answer = offsets
    if (!isWaiting || offsets.end <= from) this.#behindSinceMs = null
    else this.#behindSinceMs ??= offsets.sentMonotonicMs
  }

  #take(bytesMax: number): Fetched {
    const { records, bytes } = this.#buffer.take(bytesMax)
    if (this.#paused && this.#buffer.bytes <= this.#host.bufferBytesMax / 2) {
      this.#paused = false
      if (this.#started) this.#host.resume()
    }
    const next = this.#buffer.firstOffset ?? this.#expected
    const gap = this.#gap
    this.#gap = 0
    return { status: 'ok', records, next, bytes, gap, end: this.#end() }
  }

  #end() {
    const answer = this.#answer
    if (answer === null || this.#phase !== 'reading' || !this.#buffer.isEmpty) return null
    if (answer.end > this.#expected) return null
    const { sentMonotonicMs, sentWallMs } = answer
    return { sentMonotonicMs, sentWallMs }
  }

  #goTo(offset: number): void {
    this.#phase = 'checking'
    this.#started = false
    this.#expected = offset
    this.#answer = null
    this.#behindSinceMs = null
    this.#host.pause()
    const check = ++this.#check
    this.#checkPosition(check).catch((error: unknown) => {
      this.#bug = error
      this.#wake()
    })
  }

  async #checkPosition(check: number): Promise<void> {
    const isOld = () => this.#lost || check !== this.#check
    for (;;) {
      const offsets = await this.#host.offsets().catch((error: unknown) => {
        if (!(error instanceof UnreachableError)) throw error
        return null
      })
      if (isOld()) return
      if (offsets === null) {
        await wait(this.#host.clock, checkAgainMs)
        if (isOld()) return
        continue
      }
      this.#settle(offsets, check)
      return
    }
  }

  #settle(offsets: PartitionOffsets, check: number): void {
    if (this.#expected > offsets.end) {
      this.#phase = 'beyond-end'
      this.#beyondEnd = offsets.end
    } else {
      this.#miss(offsets.earliest - this.#expected)
      this.#expected = Math.max(this.#expected, offsets.earliest)
      this.#phase = 'reading'
      this.#answer = offsets
      this.#host.start(this.#expected, () => {
        if (this.#lost || check !== this.#check) return false
        this.#started = true
        return true
      })
    }
    this.#wake()
  }

  #miss(records: number): void {
    if (records <= 0) return
    this.#gap += records
    const { topic, partition } = this
    this.#host.told({ kind: 'gap', topic, partition, records })
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
  }

  #wait(leftMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake)
        cancel()
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const cancel = this.#host.clock.timer(leftMs, wake)
      this.#waiting.add(wake)
      signal?.addEventListener('abort', wake)
    })
  }
}
