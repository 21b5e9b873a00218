/**
 * `ingest`: foreign records in, records of `culprit.service-events` out. Keeps no state: each input record
 * is decoded and folded by itself, so what is read again gives the same outputs under the same positions.
 * What does not decode goes to the dead letters with its reason, and the stream moves on.
 */
import { Command } from '../../contracts/command.ts'
import { unwrapKafka } from '../../core/intake/cloudevents/unwrap.ts'
import type { Signal } from '../../core/intake/otlp/telemetry.ts'
import { foldOtlp } from '../../core/rollup/fold/fold.ts'
import type { FoldSettings } from '../../core/rollup/fold/settings.ts'
import { unreadableHeader } from '../../ports/event-log.ts'
import type { InputRecord, Machine, Output, Processor, RecordTimes } from '../processor.ts'
import type { Topics } from '../topics.ts'
import { deadLetter, serviceEventOutput } from './outputs.ts'
import { readDeployments } from './read-deployments.ts'

export type IngestKind = 'spans' | 'points' | 'logs' | 'deployments'

export interface IngestObserver {
  accepted?(kind: IngestKind, count: number): void
  refused?(kind: IngestKind, reason: string, count: number): void
  deadLetter?(reason: string): void
}

export function ingestProcessor(
  settings: FoldSettings,
  topics: Topics,
  observer: IngestObserver = {},
): Processor {
  return {
    name: 'ingest',
    inputs: [topics.spans, topics.metrics, topics.logs, topics.deployments, topics.commands],
    order: 'publish-then-commit',
    open: () => new IngestMachine(settings, topics, observer),
  }
}

class IngestMachine implements Machine {
  readonly #settings: FoldSettings
  readonly #topics: Topics
  readonly #observer: IngestObserver
  readonly #signals: ReadonlyMap<string, Signal>
  #times: RecordTimes | null = null

  constructor(settings: FoldSettings, topics: Topics, observer: IngestObserver) {
    this.#settings = settings
    this.#topics = topics
    this.#observer = observer
    this.#signals = new Map([
      [topics.spans, 'traces'],
      [topics.metrics, 'metrics'],
      [topics.logs, 'logs'],
    ])
  }

  /** No state, so nothing changes. */
  readonly changedCount = 0

  takeChanges() {
    return { puts: [], deletes: [], deletedGroups: [] }
  }

  takeTimes(): RecordTimes | null {
    const times = this.#times
    this.#times = null
    return times
  }

  apply(record: InputRecord): readonly Output[] {
    const signal = this.#signals.get(record.topic)
    if (record.headers[unreadableHeader] !== undefined) return [this.#unreadable(record, signal)]
    if (record.value === null) return []
    if (signal !== undefined) return this.#telemetry(record, record.value, signal)
    if (record.topic === this.#topics.deployments) return this.#deployments(record)
    return this.#command(record)
  }

  #telemetry(record: InputRecord, bytes: Uint8Array, signal: Signal): readonly Output[] {
    const arrivedMs = record.atMs
    const folded = foldOtlp({ signal, bytes, arrivedMs, settings: this.#settings })
    if (!folded.ok) {
      this.#observer.refused?.(kindOf(signal), folded.reason, 1)
      return [this.#deadLetter(record, folded.reason)]
    }
    let telemetry = 0
    for (const kind of ['spans', 'points', 'logs'] as const) {
      const { accepted, refused } = folded.counts[kind]
      telemetry += accepted
      if (accepted > 0) this.#observer.accepted?.(kind, accepted)
      for (const [reason, count] of Object.entries(refused)) {
        this.#observer.refused?.(kind, reason, count)
      }
    }
    this.#noteTimes(folded.unitTimeMs, arrivedMs, telemetry)
    return folded.events.map((event) => serviceEventOutput(event, this.#topics.serviceEvents))
  }

  /** Of a batch that the log cannot unpack; how many it held is not known, so it counts as one. */
  #unreadable(record: InputRecord, signal: Signal | undefined): Output {
    const reason = 'unreadable-batch'
    const isDeployment = record.topic === this.#topics.deployments
    if (signal !== undefined) this.#observer.refused?.(kindOf(signal), reason, 1)
    else if (isDeployment) this.#observer.refused?.('deployments', reason, 1)
    return this.#deadLetter(record, reason)
  }

  #noteTimes(unitTimeMs: number | null, arrivedMs: number, telemetry: number): void {
    const before = this.#times
    const timeMs = Math.max(unitTimeMs ?? 0, before?.timeMs ?? 0)
    if (timeMs === 0) return
    const lagMs = unitTimeMs === null ? 0 : Math.max(0, arrivedMs - unitTimeMs)
    this.#times = {
      timeMs,
      arrivedMs: Math.max(arrivedMs, before?.arrivedMs ?? 0),
      lagMs: Math.max(lagMs, before?.lagMs ?? 0),
      telemetry: telemetry + (before?.telemetry ?? 0),
    }
  }

  #deployments(record: InputRecord): readonly Output[] {
    const unwrapped = unwrapKafka(record.headers, record.value)
    const context = { arrivedMs: record.atMs, settings: this.#settings }
    const read = readDeployments(unwrapped, context)
    this.#observer.accepted?.('deployments', read.deployments.length + read.ignored)
    for (const { reason } of read.refused) this.#observer.refused?.('deployments', reason, 1)
    return [
      ...read.deployments.map((each) => serviceEventOutput(each, this.#topics.serviceEvents)),
      ...read.refused.map(({ reason }) => this.#deadLetter(record, reason)),
    ]
  }

  /** A person's word goes on to `attribute`, in the order of its environment. */
  #command(record: InputRecord): readonly Output[] {
    const command = readCommand(record.value)
    if (command === null) return [this.#deadLetter(record, 'no-command')]
    return [
      {
        topic: this.#topics.findings,
        key: record.key,
        partitionBy: record.key ?? '',
        value: new TextEncoder().encode(JSON.stringify({ kind: 'command', command })),
        headers: { 'culprit-schema': 'findings/1', 'content-type': 'application/json' },
      },
    ]
  }

  #deadLetter(from: InputRecord, reason: string): Output {
    this.#observer.deadLetter?.(reason)
    return deadLetter({ reason, from, value: from.value }, this.#topics.deadLetters)
  }
}

function kindOf(signal: Signal): IngestKind {
  return signal === 'traces' ? 'spans' : signal === 'metrics' ? 'points' : 'logs'
}

function readCommand(value: Uint8Array | null): Command | null {
  try {
    const parsed = Command.safeParse(
      JSON.parse(new TextDecoder().decode(value ?? new Uint8Array())),
    )
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
