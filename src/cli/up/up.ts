/**
 * `culprit up`: doors, log, store, processors and page in one process, until a signal.
 *
 * Opened in the order of the data's way backwards (readers before writers, doors last) and closed the
 * other way round, so that nothing that was answered is lost. A bug in a unit ends the process: what is
 * not committed is made again.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pino, type Logger } from 'pino'
import { openEmbedded, type Embedded } from '../../adapters/embedded/open-embedded.ts'
import type { Config } from '../../config/settings.ts'
import { Incident } from '../../contracts/incident.ts'
import { Release } from '../../contracts/release.ts'
import { ConfigError } from '../../core/kernel/errors.ts'
import { DoorUnit } from '../../engine/door-unit.ts'
import { runProcessor, type ProcessorRun } from '../../engine/run-processor.ts'
import { systemClock } from '../../engine/system-clock.ts'
import { TickWriter } from '../../engine/tick-writer.ts'
import type { LogRecord } from '../../ports/event-log.ts'
import { attributeProcessor } from '../../processors/attribute/attribute.ts'
import { detectProcessor } from '../../processors/detect/detect.ts'
import { topicNames, type Topics } from '../../processors/topics.ts'
import { api } from '../../web/api.ts'
import { EventStream } from '../../web/event-stream.ts'
import { eventsDoor } from '../../web/events-door.ts'
import { Guard, isLoopbackName, type Token } from '../../web/guard.ts'
import { otlpDoor } from '../../web/otlp-door.ts'
import { PageFiles } from '../../web/page-files.ts'
import { frontListener, guarded, listen, type Listening, parseAddress } from '../../web/server.ts'
import { View } from '../../web/view.ts'
import { attributeSettings, detectSettings, foldSettings } from '../configure.ts'
import { follow, type Following } from './follow.ts'
import { Intake } from './intake.ts'
import { OwnMetrics } from './own-metrics.ts'
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
  const embedded = await openStore(config, topics)
  const metrics = new OwnMetrics()
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
  const units = () => processors.flatMap((processor) => processor.units())
  const app = api({
    view,
    queries,
    openApi: options.openApi,
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
  const front = frontListener({
    guard: guards.front,
    api: app,
    stream,
    page: new PageFiles(options.pageFolder),
    events: eventsDoor({
      guard: guards.front,
      bytesMax: config.limits.requestBytes,
      accept: (headers, body) => intake.events(headers, body),
    }),
    failed: bugs.log,
  })
  const otlp = guarded(
    otlpDoor({
      guard: guards.otlp,
      bytesMax: config.limits.requestBytes,
      accept: (signal, bytes) => intake.otlp(signal, bytes),
      refused: (signal, reason) =>
        metrics.refused(
          signal === 'traces' ? 'spans' : signal === 'metrics' ? 'points' : 'logs',
          reason,
          1,
        ),
    }),
    bugs.log,
  )
  const closing = { processors, following, ticks, door, stream, recorder, embedded }
  const servers: Listening[] = []
  try {
    servers.push(
      await listen(front, { setting: 'http.listen', address: config.http.listen, tls: null }),
    )
    servers.push(
      await listen(otlp, {
        setting: 'ingest.otlpListen',
        address: config.ingest.otlpListen,
        tls: null,
      }),
    )
  } catch (error) {
    await close(closing, servers)
    throw error
  }
  ticks.add(door.unit, (now) => door.take(now))
  ticks.start()
  return {
    url: servers[0]!.url,
    otlpUrl: servers[1]!.url,
    failed: bugs.failed,
    stop: () => close(closing, servers),
  }
}

interface Closing {
  readonly processors: readonly ProcessorRun[]
  readonly following: Following
  readonly ticks: TickWriter
  readonly door: DoorUnit<object>
  readonly stream: EventStream
  readonly recorder: Recorder | null
  readonly embedded: Embedded
}

async function close(parts: Closing, servers: readonly Listening[]): Promise<void> {
  parts.stream.close()
  const closed = Promise.all(servers.map((server) => server.close()))
  await parts.door.close()
  await closed
  parts.ticks.stop()
  await Promise.all(parts.processors.map((processor) => processor.stop(stopWithinMs)))
  await parts.following.stop()
  await parts.recorder?.close()
  await parts.embedded.close()
}

function refuseWhatIsNotThere({ kafka, redis }: Config): void {
  if (kafka.brokers.length > 0) {
    throw new ConfigError(
      'kafka.brokers',
      'nothing: the log on Kafka is not there yet',
      kafka.brokers,
    )
  }
  if (redis.url !== null) {
    throw new ConfigError('redis.url', 'nothing: the store on Redis is not there yet')
  }
}

function readTokens({ http }: Config): Token[] {
  return http.tokens.map(({ name, valueFile, may }) => {
    let value: string
    try {
      value = readFileSync(valueFile, 'utf8').trim()
    } catch {
      throw new ConfigError('http.tokens', `a readable valueFile for ${name}`, valueFile)
    }
    if (value.length < 16)
      throw new ConfigError('http.tokens', `at least 16 characters for ${name}`)
    return { name, value, may }
  })
}

/** Beyond loopback no door opens without a token. */
function guardFor(
  config: Config,
  setting: 'http.listen' | 'ingest.otlpListen',
  tokens: readonly Token[],
): Guard {
  const address = setting === 'http.listen' ? config.http.listen : config.ingest.otlpListen
  const { host } = parseAddress(setting, address)
  const loopback = isLoopbackName(host.toLowerCase())
  if (!loopback && tokens.length === 0 && !config.http.insecure) {
    throw new ConfigError(
      'http.tokens',
      `a token, since ${setting} is ${address} (or http.insecure: true)`,
    )
  }
  const open = loopback || config.http.insecure
  const allowedHosts = loopback ? config.http.allowedHosts : ['*']
  return new Guard({ tokens, open, allowedHosts })
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

async function startProcessors(
  config: Config,
  { log, store }: Embedded,
  topics: Topics,
  metrics: OwnMetrics,
  trap: (error: unknown) => void,
): Promise<ProcessorRun[]> {
  const detect = detectProcessor(detectSettings(config), topics, {
    bucketClosed: (_service, _track, bucket) => {
      metrics.windowsClosed++
      if (bucket.missing || bucket.completeness < 0.9) metrics.windowsIncomplete++
      metrics.watermarkMs = Math.max(metrics.watermarkMs ?? 0, bucket.endMs)
    },
    late: (count) => {
      metrics.late += count
    },
  })
  const attribute = attributeProcessor(attributeSettings(config), topics, {
    verdict: ({ verdict }) => metrics.verdict(verdict),
  })
  const runs: ProcessorRun[] = []
  for (const processor of [attribute, detect]) {
    runs.push(await runProcessor({ processor, log, store, clock: systemClock, failed: trap }))
  }
  return runs
}

async function followView(
  { log }: Embedded,
  topics: Topics,
  view: View,
  hex: string,
  failed: (error: unknown) => void,
): Promise<Following> {
  const visit = (record: LogRecord) => {
    if (record.topic === topics.incidents && record.value === null && record.key !== null) {
      view.forgetIncident(record.key)
    }
    if (record.value === null) return
    const value: unknown = JSON.parse(Buffer.from(record.value).toString())
    if (record.topic === topics.releases) {
      const release = Release.safeParse(value)
      if (release.success) view.takeRelease(release.data)
    } else {
      const incident = Incident.safeParse(value)
      if (incident.success) view.takeIncident(incident.data)
    }
  }
  return follow(log, {
    group: `culprit-web-${hex}`,
    topics: [topics.releases, topics.incidents],
    visit,
    failed,
  })
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
