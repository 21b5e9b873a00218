/**
 * `culprit replay`: the whole pipeline on recorded input, with log and store in memory and the clock taken
 * from the records (contract section 9). The same files give the same bytes, in any order of arguments.
 */
import type { Incident } from '../../contracts/incident.ts'
import type { CloudEvent } from '../../core/intake/cloudevents/unwrap.ts'
import { InlineEngine } from '../../engine/inline.ts'
import { fold } from '../../core/rollup/fold/fold.ts'
import type { FoldSettings } from '../../core/rollup/fold/settings.ts'
import type { LogRecord } from '../../ports/event-log.ts'
import { attributeProcessor } from '../../processors/attribute/attribute.ts'
import { detectProcessor } from '../../processors/detect/detect.ts'
import { readDeployments } from '../../processors/ingest/read-deployments.ts'
import { serviceEventOutput } from '../../processors/ingest/outputs.ts'
import type { AttributeSettings } from '../../processors/attribute/settings.ts'
import type { DetectSettings } from '../../processors/detect/settings.ts'
import { topicNames } from '../../processors/topics.ts'
import { UnmatchedRules } from '../unmatched-rules.ts'
import type { FindManifest } from './find-manifest.ts'
import { type ArrivedLine, mergeFiles } from './merge-files.ts'
import { ReplayOutput } from './output.ts'

export interface ReplayOptions {
  readonly files: readonly string[]
  readonly windows: boolean
  readonly verdicts: boolean
  readonly rankings: boolean
  readonly untilMs: number | null
  /** Changes of a release whose event carries none. */
  readonly findManifest: FindManifest | null
  readonly fold: FoldSettings
  readonly detect: DetectSettings
  readonly attribute: AttributeSettings
  readonly write: (text: string) => void
  readonly progress: (lines: number, atMs: number) => void
}

const unit = 'http/0000000000000000'
const gapMs = 300_000
const hourMs = 3_600_000

/** What a person should know of the input besides what was found in it. */
export interface Replayed {
  readonly lines: number
  /** Reason and how many lines or records. */
  readonly refused: Readonly<Record<string, number>>
  readonly unmatched: readonly string[]
}

export async function replay(options: ReplayOptions): Promise<Replayed> {
  const run = new Replay(options)
  for await (const line of mergeFiles(options.files)) {
    if (line.parsed.kind === 'event') await run.takeEvent(line, line.parsed.event)
    else run.take(line)
  }
  return run.finish()
}

class Replay {
  readonly #options: ReplayOptions
  readonly #topics = topicNames('culprit.')
  readonly #engine: InlineEngine
  readonly #output: ReplayOutput
  readonly #counts = { lines: 0, spans: 0, points: 0, logs: 0, deployments: 0, windows: 0 }
  readonly #refused = new Map<string, number>()
  readonly #series = new Set<string>()
  readonly #releases = new Set<string>()
  readonly #incidents = new Set<string>()
  readonly #unmatched: UnmatchedRules
  #late = 0
  #offset = 0
  #clockMs = Number.NEGATIVE_INFINITY
  #tickedMs = Number.NEGATIVE_INFINITY
  /** Up to here everything has closed, and up to there it was printed. */
  #settledMs = Number.NEGATIVE_INFINITY
  #printedMs = Number.NEGATIVE_INFINITY
  #sinceTick = 0

  constructor(options: ReplayOptions) {
    this.#options = options
    this.#output = new ReplayOutput(options.write)
    this.#unmatched = new UnmatchedRules(options.fold.metrics)
    const topics = this.#topics
    this.#engine = new InlineEngine({
      processors: [
        detectProcessor(options.detect, topics, {
          bucketClosed: (service, track, bucket) => {
            if (track === 'calls') return
            for (const [version, { routes }] of bucket.cells) {
              for (const route of routes.keys()) {
                this.#series.add(`${service}\u0000${track}\u0000${version}\u0000${route}`)
                this.#counts.windows++
              }
            }
            if (options.windows) this.#output.window(service, track, bucket)
          },
          late: (count) => {
            this.#late += count
          },
          refused: (reason) => this.#refuse(reason, 1),
          settled: (beforeMs) => {
            this.#settledMs = beforeMs
          },
        }),
        attributeProcessor(options.attribute, topics, {
          verdict: (told) => {
            this.#releases.add(told.release.id)
            if (options.verdicts) this.#output.verdict(told)
          },
          ranking: (told) => {
            if (options.rankings) this.#output.ranking(told)
          },
        }),
      ],
      partitions: Object.fromEntries(Object.values(topics).map((topic) => [topic, 1])),
      emit: (record) => this.#emit(record),
    })
  }

  #emit(record: LogRecord): void {
    if (record.value === null) return
    const { topic } = record
    const value: unknown = JSON.parse(Buffer.from(record.value).toString())
    if (topic === this.#topics.incidents) {
      const incident = value as Incident
      this.#incidents.add(incident.id)
      this.#output.incident(incident)
    } else if (topic === this.#topics.alerts || topic === this.#topics.rollbacks) {
      const { context } = value as { context: { timestamp: string } }
      const kind = topic === this.#topics.alerts ? 'alert' : 'rollback'
      this.#output.add(kind, Date.parse(context.timestamp), value as object)
    }
  }

  async takeEvent({ arrivedMs }: ArrivedLine, event: CloudEvent): Promise<void> {
    this.#counts.lines++
    if (Number.isFinite(arrivedMs)) this.#advance(arrivedMs)
    const atMs = Number.isFinite(arrivedMs) ? arrivedMs : Math.max(0, this.#clockMs)
    const { fold: settings, findManifest } = this.#options
    const context = { arrivedMs: Math.max(atMs, this.#clockMs), settings }
    const read = readDeployments([{ ok: true, event }], context)
    this.#counts.deployments += read.deployments.length
    for (const { reason } of read.refused) this.#refuse(reason, 1)
    const deployments = await Promise.all(
      read.deployments.map(async (each) => ({
        ...each,
        manifest: findManifest === null ? each.manifest : await findManifest(each),
      })),
    )
    this.#offer(deployments.map((each) => serviceEventOutput(each, this.#topics.serviceEvents)))
  }

  take(line: ArrivedLine): void {
    this.#counts.lines++
    const { parsed, arrivedMs } = line
    if (parsed.kind === 'refused') return this.#refuse(parsed.reason, 1)
    if (Number.isFinite(arrivedMs)) this.#advance(arrivedMs)
    const atMs = Number.isFinite(arrivedMs) ? arrivedMs : Math.max(0, this.#clockMs)
    if (parsed.kind === 'telemetry') {
      const { events, counts } = fold(parsed.telemetry, {
        arrivedMs: atMs,
        settings: this.#options.fold,
      })
      this.#unmatched.seeTelemetry(parsed.telemetry)
      this.#unmatched.seeEvents(events)
      this.#counts.spans += counts.spans.seen
      this.#counts.points += counts.points.seen
      this.#counts.logs += counts.logs.seen
      for (const tally of [counts.spans, counts.points, counts.logs]) {
        for (const [reason, count] of Object.entries(tally.refused)) this.#refuse(reason, count)
      }
      this.#sinceTick++
      this.#offer(events.map((event) => serviceEventOutput(event, this.#topics.serviceEvents)))
    }
    if (this.#counts.lines % 1000 === 0) this.#options.progress(this.#counts.lines, this.#clockMs)
  }

  #offer(outputs: ReturnType<typeof serviceEventOutput>[]): void {
    if (outputs.length === 0) return
    this.#engine.offer(outputs, { unit, offset: this.#offset++, atMs: Math.max(0, this.#clockMs) })
  }

  /** Moves the clock on; at most one tick a second, none inside a gap. */
  #advance(atMs: number): void {
    if (atMs <= this.#clockMs) return
    const gap = Number.isFinite(this.#clockMs) && atMs - this.#clockMs > gapMs
    // Before a gap everything so far has been said; what follows is a new beginning, not silence.
    if (gap) this.#tick(this.#clockMs)
    this.#clockMs = atMs
    if (Math.floor(atMs / 1000) > Math.floor(this.#tickedMs / 1000)) this.#tick(atMs)
  }

  #tick(atMs: number, end = false): void {
    const records = this.#sinceTick
    this.#sinceTick = 0
    this.#tickedMs = Math.max(this.#tickedMs, atMs)
    const tick = {
      kind: 'tick' as const,
      units: { [unit]: atMs },
      records,
      ...(end ? { end } : {}),
    }
    this.#offer([serviceEventOutput(tick, this.#topics.serviceEvents)])
    if (this.#settledMs <= this.#printedMs) return
    this.#printedMs = this.#settledMs
    this.#output.flush(this.#settledMs)
  }

  #refuse(reason: string, count: number): void {
    if (count > 0) this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + count)
  }

  finish(): Replayed {
    const { untilMs } = this.#options
    if (Number.isFinite(this.#clockMs)) {
      if (untilMs !== null && untilMs > this.#clockMs) {
        for (const atMs of timesUntil(this.#clockMs, untilMs)) this.#tick(atMs)
        this.#clockMs = untilMs
      }
      this.#tick(this.#clockMs, true)
    }
    const refused = Object.fromEntries([...this.#refused].sort(([a], [b]) => (a < b ? -1 : 1)))
    const { lines, spans, points, logs, deployments, windows } = this.#counts
    this.#output.add('summary', Number.MAX_SAFE_INTEGER, {
      lines,
      spans,
      points,
      logs,
      deployments,
      refused,
      late: this.#late,
      windows,
      series: this.#series.size,
      releases: this.#releases.size,
      incidents: this.#incidents.size,
    })
    this.#output.flush(Number.POSITIVE_INFINITY)
    return { lines, refused, unmatched: this.#unmatched.told() }
  }
}

/**
 * Ticks of a time in which nothing comes: every second while windows close and incidents end, every minute
 * while anything can still expire, and none from there to the end.
 */
export function* timesUntil(fromMs: number, untilMs: number): Generator<number> {
  for (let atMs = fromMs + 1_000; atMs < Math.min(untilMs, fromMs + 26 * hourMs); ) {
    yield atMs
    atMs += atMs < fromMs + hourMs ? 1_000 : 60_000
  }
  yield untilMs
}
