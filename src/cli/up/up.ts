/**
 * `culprit up`: doors, log, store, processors and page in one process, until a signal.
 *
 * Opened in the order of the data's way backwards (readers before writers, doors last) and closed the
 * other way round, so that nothing that was answered is lost. A bug in a unit ends the process: what is
 * not committed is made again.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { dirname, join } from 'node:path'
import { pino, type Logger } from 'pino'
import { openEmbedded, type Embedded } from '../../adapters/embedded/open-embedded.ts'
import type { Config } from '../../config/settings.ts'
import { ConfigError } from '../../core/kernel/errors.ts'
import { DoorUnit } from '../../engine/door-unit.ts'
import type { ProcessorRun } from '../../engine/run-processor.ts'
import { systemClock } from '../../engine/system-clock.ts'
import { TickWriter } from '../../engine/tick-writer.ts'
import { topicNames, type Topics } from '../../processors/topics.ts'
import { api } from '../../web/api.ts'
import { EventStream } from '../../web/event-stream.ts'
import { listen, type Listening } from '../../web/server.ts'
import { View } from '../../web/view.ts'
import { foldSettings } from '../configure.ts'
import type { Following } from './follow.ts'
import { guardFor, readTokens, refuseWhatIsNotThere } from './guards.ts'
import { listeners } from './listeners.ts'
import { followView, startProcessors } from './pipeline.ts'
import { Intake } from './intake.ts'
import { OwnMetrics } from './own-metrics.ts'
import { type OwnTelemetry, startOwnTelemetry } from './own-telemetry.ts'
import { Recorder } from './recorder.ts'
import { StoreQueries } from './store-queries.ts'
import { topicSpecs } from './topic-specs.ts'

const stopWithinMs = 10_000

export interface UpOptions {
  readonly config: Config
  readonly record: string | null
  readonly openApi: () => object
  readonly pageFolder: string
}

export interface Running {
  readonly url: string
  readonly otlpUrl: string
  /** Resolves when everything is closed. */
  stop(): Promise<void>
  /** Rejects when a part of it met a bug. */
  readonly failed: Promise<never>
}

export async function up(options: UpOptions, logger: Logger): Promise<Running> {
  const { config } = options
  refuseWhatIsNotThere(config)
  const tokens = readTokens(config)
  const guards = {
    front: guardFor(config, 'http.listen', tokens),
    otlp: guardFor(config, 'ingest.otlpListen', tokens),
  }
  const topics = topicNames(config.kafka.topicPrefix)
  const metrics = new OwnMetrics()
  const telemetry = await startOwnTelemetry(config, metrics)
  const embedded = await openStore(config, topics)
  const bugs = bugTrap(logger)
  const hex = randomBytes(8).toString('hex')
  const ticks = new TickWriter({
    log: embedded.log,
    clock: systemClock,
    topic: topics.serviceEvents,
    unit: `ticks/${hex}`,
    failed: bugs.trap,
  })
  const door = new DoorUnit<object>({ log: embedded.log, clock: systemClock, hex })
  const processors = await startProcessors(config, embedded, topics, metrics, bugs.trap)
  const view = new View()
  const following = await followView(embedded, topics, view, hex, bugs.trap)
  const queries = new StoreQueries(embedded.store)
  const recorder = options.record === null ? null : new Recorder(options.record, hex)
  const intake = new Intake({
    door,
    clock: systemClock,
    topics,
    settings: foldSettings(config),
    metrics,
    recorder,
    services: () => queries.services(),
  })
  const stream = new EventStream(view, hex)
  const app = apiOf(options, { view, queries, processors, metrics })
  const { front, otlp } = listeners(config, {
    guards,
    app,
    stream,
    intake,
    metrics,
    log: bugs.log,
    pageFolder: options.pageFolder,
  })
  const closing = {
    processors,
    following,
    ticks,
    door,
    stream,
    recorder,
    telemetry,
    embedded,
  }
  const servers = await openServers(config, { front, otlp }, closing)
  ticks.add(door.unit, (now) => door.take(now))
  ticks.start()
  return {
    url: servers[0]!.url,
    otlpUrl: servers[1]!.url,
    failed: bugs.failed,
    stop: () => close(closing, servers),
  }
}

async function openServers(
  config: Config,
  { front, otlp }: { readonly front: RequestListener; readonly otlp: RequestListener },
  closing: Closing,
): Promise<Listening[]> {
  const servers: Listening[] = []
  try {
    for (const [listener, setting, address] of [
      [front, 'http.listen', config.http.listen],
      [otlp, 'ingest.otlpListen', config.ingest.otlpListen],
    ] as const) {
      servers.push(await listen(listener, { setting, address, tls: null }))
    }
  } catch (error) {
    await close(closing, servers)
    throw error
  }
  return servers
}

interface ApiParts {
  readonly view: View
  readonly queries: StoreQueries
  readonly processors: readonly ProcessorRun[]
  readonly metrics: OwnMetrics
}

function apiOf({ openApi }: UpOptions, { view, queries, processors, metrics }: ApiParts) {
  const units = () => processors.flatMap((processor) => processor.units())
  return api({
    view,
    queries,
    openApi,
    metrics: () =>
      metrics.text({
        units: units(),
        releases: view.releases(),
        incidents: view.incidents(),
        nowMs: systemClock.now(),
      }),
    notReady: () =>
      units().flatMap(({ unit, state, reason }) =>
        state === 'running' ? [] : [`${unit} is ${state}${reason === null ? '' : `: ${reason}`}`],
      ),
  })
}

interface Closing {
  readonly processors: readonly ProcessorRun[]
  readonly following: Following
  readonly ticks: TickWriter
  readonly door: DoorUnit<object>
  readonly stream: EventStream
  readonly recorder: Recorder | null
  readonly telemetry: OwnTelemetry
  readonly embedded: Embedded
}

async function close(parts: Closing, servers: readonly Listening[]): Promise<void> {
  parts.stream.close()
  const closed = Promise.all(servers.map((server) => server.close()))
  await parts.door.close()
  await closed
  parts.ticks.stop()
  parts.ticks.leave(parts.door.unit)
  await parts.ticks.tick()
  await Promise.all(parts.processors.map((processor) => processor.stop(stopWithinMs)))
  await parts.following.stop()
  await parts.recorder?.close()
  await parts.telemetry.stop().catch(() => undefined)
  await parts.embedded.close()
}

async function openStore(config: Config, topics: Topics): Promise<Embedded> {
  const { path, retentionBytes, retentionMs } = config.store
  try {
    mkdirSync(dirname(path), { recursive: true })
  } catch (error) {
    throw new ConfigError(
      'store.path',
      `a folder that can be made (${(error as Error).message})`,
      path,
    )
  }
  const embedded = openEmbedded({ path, clock: systemClock, bytesMax: retentionBytes })
  await embedded.log.ensureTopics(topicSpecs(topics, retentionMs, 1))
  return embedded
}

function bugTrap(logger: Logger) {
  let reject: (error: unknown) => void = () => undefined
  const failed = new Promise<never>((_, no) => {
    reject = no
  })
  failed.catch(() => undefined)
  return {
    failed,
    log: (error: unknown) => logger.error({ err: error }, 'a request met a bug'),
    trap: (error: unknown) => {
      logger.fatal({ err: error }, 'a part of the pipeline met a bug')
      reject(error)
    },
  }
}

/** Logs go to standard error; standard output is for results. */
export function makeLogger(config: Config): Logger {
  return pino(
    { level: config.telemetry.logLevel, base: { service: config.service.name } },
    pino.destination(2),
  )
}

export const pageFolder = join(import.meta.dirname, '../../../dist/page')
