/** `culprit up`: runs until a signal. */
import { ConfigError } from '../../core/kernel/errors.ts'
import { configure } from '../configure.ts'
import { openApiDocument } from '../schemas/open-api.ts'
import { makeLogger, pageFolder, up } from '../up/up.ts'

export interface UpFlags {
  readonly config?: string
  readonly set: readonly string[]
  readonly roles?: string
  readonly record?: string
}

const roles = ['ingest', 'detect', 'attribute', 'deliver', 'web']

export async function runUp(flags: UpFlags): Promise<void> {
  const { config } = configure(flags)
  checkRoles(flags.roles)
  const logger = makeLogger(config)
  const running = await up(
    { config, record: flags.record ?? null, openApi: openApiDocument, pageFolder },
    logger,
  )
  logger.info({ page: running.url, otlp: running.otlpUrl, store: config.store.path }, 'ready')
  await Promise.race([signalled(), running.failed])
  logger.info('stopping')
  await running.stop()
  logger.info('stopped')
}

/** Roles apart need a log that processes share; on one machine they all run together. */
function checkRoles(text: string | undefined): void {
  if (text === undefined) return
  const given = text.split(',').map((role) => role.trim())
  const unknown = given.find((role) => !roles.includes(role))
  if (unknown !== undefined)
    throw new ConfigError('--roles', `some of ${roles.join(', ')}`, unknown)
  const missing = roles.filter((role) => role !== 'deliver' && !given.includes(role))
  if (missing.length > 0) {
    throw new ConfigError('--roles', 'all roles together: the embedded log is one process’s', text)
  }
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
