/** `culprit up`: runs until a signal. */
import { configure } from '../configure.ts'
import { openApiDocument } from '../schemas/open-api.ts'
import { rolesOf } from '../up/roles.ts'
import { makeLogger, pageFolder, up } from '../up/up.ts'

export interface UpFlags {
  readonly config?: string
  readonly set: readonly string[]
  readonly roles?: string
  readonly record?: string
}

export async function runUp(flags: UpFlags): Promise<void> {
  const { config } = configure(flags)
  const roles = rolesOf(flags.roles, config)
  const logger = makeLogger(config)
  const running = await up(
    { config, roles, record: flags.record ?? null, openApi: openApiDocument, pageFolder },
    logger,
  )
  logger.info({ page: running.url, otlp: running.otlpUrl, ...running.where }, 'ready')
  await Promise.race([signalled(), running.failed])
  logger.info('stopping')
  await running.stop()
  logger.info('stopped')
  // All is handed over; a client that still looks for a broker must not keep the process alive.
  process.exit(0)
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
