/**
 * `culprit up`: the roles of one process (doors, processors, page) on its log and store, until a signal.
 *
 * Opened in the order of the data's way backwards (readers before writers, doors last) and closed the
 * other way round, so that nothing that was answered is lost. A bug in a unit ends the process: what is
 * not committed is made again.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pino, type Logger } from 'pino'
import type { Config } from '../../config/settings.ts'
import { ConfigError } from '../../core/kernel/errors.ts'
import { systemClock } from '../../engine/system-clock.ts'
import type { ProcessorRun } from '../../engine/run-processor.ts'
import { topicNames } from '../../processors/topics.ts'
import { api } from '../../web/api.ts'
import type { Listening } from '../../web/server.ts'
import { type Backend, openBackend } from './backend.ts'
import { closeInReverse, type Closers } from './closers.ts'
import { guardsFor, readTokens } from './guards.ts'
import { frontDoor, openServers, otlpDoorOf } from './listeners.ts'
import { OwnMetrics } from './own-metrics.ts'
import { startOwnTelemetry } from './own-telemetry.ts'
import { startProcessors } from './pipeline.ts'
import type { Role } from './roles.ts'
import { openShown, type Shown } from './shown.ts'
import { StoreQueries } from './store-queries.ts'
import { openTakingIn } from './taking-in.ts'

export interface UpOptions {
  readonly config: Config
  readonly roles: ReadonlySet<Role>
  readonly record: string | null
  readonly openApi: () => object
  readonly pageFolder: string
}

export interface Running {
  readonly url: string
  /** null in a process that takes nothing in. */
  readonly otlpUrl: string | null
  readonly where: Backend['where']
  /** Resolves when everything is closed. */
  stop(): Promise<void>
  /** Rejects when a part of it met a bug. */
  readonly failed: Promise<never>
}

export async function up(options: UpOptions, logger: Logger): Promise<Running> {
  const closers: Closers = []
  try {
    return await open(options, logger, closers)
  } catch (error) {
    await closeInReverse(closers)
    throw error
  }
}

async function open(options: UpOptions, logger: Logger, closers: Closers): Promise<Running> {
  const { config, roles } = options
  const guards = guardsFor(config, readTokens(config), { otlp: roles.has('ingest') })
  const topics = topicNames(config.kafka.topicPrefix)
  const metrics = new OwnMetrics()
  const telemetry = await startOwnTelemetry(config, metrics)
  closers.push(() => telemetry.stop().catch(() => undefined))
  const backend = await openBackend({
    config,
    topics,
    logger,
    needsStore: [...roles].some((role) => role !== 'ingest'),
    logEvent: (what) => metrics.logEvent(what),
  })
  closers.push(() => backend.close())
  const bugs = bugTrap(logger)
  const hex = randomBytes(8).toString('hex')
  const shared = { config, topics, backend, metrics, hex, trap: bugs.trap, closers }
  const runs: ProcessorRun[] = await startProcessors(shared, roles)
  const queries =
    backend.store === null ? null : new StoreQueries(backend.store, config.detection.metrics)
  const shown = roles.has('web') ? await openShown(shared, queries!, options.pageFolder) : null
  const takingIn = roles.has('ingest')
    ? await openTakingIn({ ...shared, queries, record: options.record })
    : null
  if (takingIn?.run) runs.push(takingIn.run)

  let servers: Listening[] = []
  const otlpUrl = () => servers[1]?.url ?? null
  const app = apiOf(options, {
    shown,
    runs,
    metrics,
    backend,
    takingIn: () => ({
      otlp: otlpUrl(),
      // On a shared log others take in too: what is not met here may be met there.
      unmatched: backend.shared ? [] : (takingIn?.intake.unmatched() ?? []),
    }),
  })
  const front = frontDoor(config, { guard: guards.front, app, shown, takingIn, log: bugs.log })
  const otlp =
    takingIn === null ? null : otlpDoorOf(config, { guard: guards.otlp!, takingIn, log: bugs.log })
  servers = await openServers(config, { front, otlp })
  closers.push(async () => {
    shown?.stream.close()
    const closed = Promise.all(servers.map((server) => server.close()))
    await takingIn?.door.close()
    await closed
  })
  takingIn?.start()
  return {
    url: servers[0]!.url,
    otlpUrl: otlpUrl(),
    where: backend.where,
    failed: bugs.failed,
    stop: () => closeInReverse(closers),
  }
}

interface ApiParts {
  readonly shown: Shown | null
  readonly runs: readonly ProcessorRun[]
  readonly metrics: OwnMetrics
  readonly backend: Backend
  readonly takingIn: Parameters<typeof api>[0]['takingIn']
}

function apiOf({ openApi }: UpOptions, parts: ApiParts) {
  const { shown, runs, metrics, backend, takingIn } = parts
  const units = () => runs.flatMap((run) => run.units())
  return api({
    found: shown,
    openApi,
    takingIn,
    metrics: () =>
      metrics.text({
        units: units(),
        releases: shown?.view.releases() ?? [],
        incidents: shown?.view.incidents() ?? [],
        nowMs: systemClock.now(),
        memory: process.memoryUsage(),
      }),
    notReady: () => [
      ...units().flatMap(({ unit, state, reason }) =>
        state === 'running' ? [] : [`${unit} is ${state}${reason === null ? '' : `: ${reason}`}`],
      ),
      ...metrics
        .leftOut(units())
        .map((unit) => `${unit} was not heard for a minute: windows close without it`),
      ...backend.faults(),
    ],
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
      // What the set-up refuses is said in one line by the command.
      if (!(error instanceof ConfigError)) {
        logger.fatal({ err: error }, 'a part of the pipeline met a bug')
      }
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
