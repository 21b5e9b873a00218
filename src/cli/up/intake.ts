/**
 * What the doors hand over: folds requests, counts everything that came, and answers when it is durable.
 * In = accepted + the sum of refused by reason, for every kind. A request that is turned away (429, 503) was
 * not in: its sender has it still.
 */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { joinService } from '../../core/releases/join-service.ts'
import { serviceName } from '../../core/kernel/service-key.ts'
import { unwrapHttp } from '../../core/intake/cloudevents/unwrap.ts'
import { foldOtlp } from '../../core/rollup/fold/fold.ts'
import type { FoldSettings } from '../../core/rollup/fold/settings.ts'
import type { DoorUnit } from '../../engine/door-unit.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Output } from '../../processors/processor.ts'
import { deadLetter, serviceEventOutput } from '../../processors/ingest/outputs.ts'
import { readDeployments } from '../../processors/ingest/read-deployments.ts'
import type { Topics } from '../../processors/topics.ts'
import type { EventsOutcome } from '../../web/events-door.ts'
import type { OtlpOutcome, OtlpSignal } from '../../web/otlp-door.ts'
import type { SeenService } from '../../contracts/explanation.ts'
import { UnmatchedRules } from '../unmatched-rules.ts'
import type { OwnMetrics } from './own-metrics.ts'
import type { Recorder } from './recorder.ts'

export interface IntakeOptions {
  readonly door: DoorUnit<object>
  readonly clock: Clock
  readonly topics: Topics
  readonly settings: FoldSettings
  readonly metrics: OwnMetrics
  readonly recorder: Recorder | null
  readonly services: () => Promise<readonly SeenService[]>
}

type OtlpAnswer =
  | { readonly status: 'accepted'; readonly rejected: number; readonly message: string }
  | { readonly status: 'undecodable'; readonly message: string }

const endBytes = 8_192
/** Room for key and headers in a record of 1 MiB. */
const letterBytesMax = 900_000

const kinds = ['spans', 'points', 'logs'] as const
const kindOf = { traces: 'spans', metrics: 'points', logs: 'logs' } as const

/** Metrics are sent every minute as a rule: before it one that has not come is none that is mistyped. */
const patienceMs = 300_000

export class Intake {
  readonly #options: IntakeOptions
  readonly #unmatched: UnmatchedRules
  #firstMs: number | null = null

  constructor(options: IntakeOptions) {
    this.#options = options
    // Of what is to be ignored nothing is made that could be seen.
    const { metrics } = options.settings
    const isUsed = metrics.map(({ signal }) => signal !== 'ignore')
    this.#unmatched = new UnmatchedRules(metrics, (entry) => isUsed[entry]!)
  }

  /** Entries of `detection.metrics` that met nothing since the start. */
  unmatched(): string[] {
    const heardMs = this.#firstMs === null ? 0 : this.#options.clock.now() - this.#firstMs
    return heardMs < patienceMs ? [] : this.#unmatched.told()
  }

  async otlp(signal: OtlpSignal, bytes: Buffer): Promise<OtlpOutcome> {
    const { door, clock, recorder } = this.#options
    const arrivedMs = clock.now()
    recorder?.otlp(arrivedMs, bytes)
    let count = () => {}
    const answer = await door.accept({
      bodyHash: bytes.length === 0 ? null : hashOf(signal, bytes),
      bytes: bytes.length,
      arrivedMs,
      fold: () => {
        const folded = this.#fold(signal, bytes, arrivedMs)
        count = folded.count
        return folded
      },
    })
    // What was turned away comes again: it is counted when it is in.
    if (answer.status === 'appended') count()
    if ('answer' in answer) return answer.answer as OtlpAnswer
    const code = answer.status === 'busy' ? 429 : 503
    return { status: 'busy', code, retryAfterSeconds: answer.retryAfterSeconds }
  }

  #fold(signal: OtlpSignal, bytes: Buffer, arrivedMs: number) {
    const { settings, topics, metrics } = this.#options
    const folded = foldOtlp({ signal, bytes, arrivedMs, settings })
    if (!folded.ok) {
      const { reason } = folded
      const count = () => {
        metrics.refused(kindOf[signal], reason, 1)
        metrics.deadLetter(reason)
      }
      const letter = this.#deadLetter(folded.reason, { topic: `http/v1/${signal}`, bytes })
      const answer: OtlpAnswer = { status: 'undecodable', message: folded.message }
      return { outputs: [letter], times: null, answer, count }
    }
    this.#firstMs ??= arrivedMs
    this.#unmatched.seeEvents(folded.events)
    let [rejected, telemetry] = [0, 0]
    const reasons: string[] = []
    for (const kind of kinds) {
      telemetry += folded.counts[kind].accepted
      for (const [reason, refused] of Object.entries(folded.counts[kind].refused)) {
        rejected += refused
        reasons.push(`${refused} ${reason}`)
      }
    }
    const count = () => {
      for (const kind of kinds) {
        const { accepted, refused } = folded.counts[kind]
        metrics.accepted(kind, accepted)
        for (const [reason, n] of Object.entries(refused)) metrics.refused(kind, reason, n)
      }
    }
    const outputs: Output[] = folded.events.map((event) =>
      serviceEventOutput(event, topics.serviceEvents),
    )
    const timeMs = folded.unitTimeMs
    const times =
      timeMs === null
        ? null
        : { timeMs, arrivedMs, lagMs: Math.max(0, arrivedMs - timeMs), telemetry }
    const answer: OtlpAnswer = { status: 'accepted', rejected, message: reasons.join(', ') }
    return { outputs, times, answer, count }
  }

  /** The original bytes, cut to what a record may hold. */
  #deadLetter(
    reason: string,
    from: {
      readonly topic: string
      readonly bytes: Buffer
      readonly headers?: Readonly<Record<string, string>>
    },
  ): Output {
    const { topics } = this.#options
    const { bytes, ...place } = from
    const value = bytes.length > letterBytesMax ? bytes.subarray(0, letterBytesMax) : bytes
    const letter = { reason, from: { partition: 0, offset: 0, key: null, ...place }, value }
    return deadLetter(letter, topics.deadLetters)
  }

  async events(
    headers: Readonly<Record<string, string | undefined>>,
    body: Buffer,
  ): Promise<EventsOutcome> {
    const { door, clock, topics, metrics, settings, recorder } = this.#options
    const arrivedMs = clock.now()
    const unwrapped = unwrapHttp(headers, body)
    const read = readDeployments(unwrapped, { arrivedMs, settings })
    for (const each of unwrapped) if (each.ok) recorder?.event(arrivedMs, each.event.data)
    const answer = await door.accept({
      bodyHash: null,
      bytes: body.length,
      arrivedMs,
      fold: () => ({
        outputs: [
          ...read.deployments.map((each) => serviceEventOutput(each, topics.serviceEvents)),
          ...this.#eventLetters(read.refused, headers, body),
        ],
        times: null,
        answer: {},
      }),
    })
    if (!('answer' in answer)) {
      const code = answer.status === 'busy' ? 429 : 503
      return { status: 'busy', code, retryAfterSeconds: answer.retryAfterSeconds }
    }
    metrics.accepted('deployments', read.deployments.length + read.ignored)
    for (const { reason } of read.refused) metrics.refused('deployments', reason, 1)
    for (const reason of reasonsOf(read.refused)) metrics.deadLetter(reason)
    const [first] = read.refused
    if (first !== undefined && read.deployments.length + read.ignored === 0) {
      return { status: 'refused', reason: first.reason, message: first.message }
    }
    const seen = await this.#options.services()
    const events = read.deployments.map((deployment) => ({
      id: deployment.eventId,
      service: deployment.service,
      ...this.#hint(deployment, seen, arrivedMs),
    }))
    const refused = read.refused.map(({ reason, message }) => ({ reason, message }))
    const { notes, ignored } = read
    const accepted = read.deployments.length
    return { status: 'taken', answer: { accepted, ignored, refused, notes, events } }
  }

  /** One letter a reason: of a batch they hold the same bytes. */
  #eventLetters(
    refused: readonly { readonly reason: string }[],
    headers: Readonly<Record<string, string | undefined>>,
    bytes: Buffer,
  ): Output[] {
    const from = { topic: 'http/v1/events', bytes, headers: kafkaHeaders(headers) }
    return reasonsOf(refused).map((reason) => this.#deadLetter(reason, from))
  }

  /** What the deployment meets right now, in words: joining itself is `detect`'s. */
  #hint(
    deployment: {
      service: string
      named: { environment: boolean; namespace: boolean }
      version: string | null
    },
    seen: readonly SeenService[],
    nowMs: number,
  ): { joined: string | null; hint: string } {
    const same = seen.filter(
      ({ service }) => serviceName(service) === serviceName(deployment.service),
    )
    const keys = same.map(({ service }) => service)
    const join = joinService(deployment, keys, this.#options.settings.defaultEnvironment)
    if (join.kind === 'ambiguous') {
      return {
        joined: null,
        hint: `could be any of ${join.candidates.join(', ')}; nothing is joined`,
      }
    }
    if (join.kind === 'none') {
      const near = seen.slice(0, 3).map(({ service }) => service)
      const others = near.length === 0 ? 'no telemetry at all yet' : `seen: ${near.join(', ')}`
      return { joined: null, hint: `no telemetry of ${deployment.service} yet; ${others}` }
    }
    const found = same.find(({ service }) => service === join.key)!
    const agoMs = found.lastSeenAt === null ? null : nowMs - Date.parse(found.lastSeenAt)
    const when = agoMs === null ? '' : ` seen ${Math.max(0, Math.round(agoMs / 1000))} s ago`
    const count = `${found.instances} instance${found.instances === 1 ? '' : 's'}`
    const versions =
      found.versions.length === 0 ? '; no `service.version`: before against after only' : ''
    const how = join.how === 'exact' ? '' : ` (${join.how}: the event says ${deployment.service})`
    return { joined: join.key, hint: `${count} of ${join.key}${when}${versions}${how}` }
  }
}

/** As the Kafka binding of CloudEvents names them: the letter can be sent to the input topic again. */
function kafkaHeaders(
  headers: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const pairs = Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    const lower = name.toLowerCase()
    if (value === undefined) return []
    if (lower === 'content-type') return [[lower, value]]
    return lower.startsWith('ce-') ? [[`ce_${lower.slice(3)}`, percentDecoded(value)]] : []
  })
  return Object.fromEntries(pairs)
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function reasonsOf(refused: readonly { readonly reason: string }[]): string[] {
  return [...new Set(refused.map(({ reason }) => reason))]
}

/**
 * Recognises a body that is sent again. Large ones by their length, both ends and a checksum of all: what
 * differs between two exports (ids, times) stands at the ends, and hashing 250 KB costs as much as
 * reading a tenth of its spans.
 */
function hashOf(signal: string, bytes: Buffer): string {
  const hash = createHash('sha1').update(signal)
  if (bytes.length <= 4 * endBytes) return hash.update(bytes).digest('base64')
  const checksum = crc32(bytes)
  return hash
    .update(`${bytes.length} ${checksum}`)
    .update(bytes.subarray(0, endBytes))
    .update(bytes.subarray(-endBytes))
    .digest('base64')
}
