/** What each of the two HTTP servers does with a request. */
import type { RequestListener } from 'node:http'
import type { Hono } from 'hono'
import type { Config } from '../../config/settings.ts'
import type { EventStream } from '../../web/event-stream.ts'
import { eventsDoor } from '../../web/events-door.ts'
import type { Guard } from '../../web/guard.ts'
import { otlpDoor } from '../../web/otlp-door.ts'
import { PageFiles } from '../../web/page-files.ts'
import { frontListener, guarded } from '../../web/server.ts'
import type { Intake } from './intake.ts'
import type { OwnMetrics } from './own-metrics.ts'
import { traced } from './own-telemetry.ts'

export interface ListenerParts {
  readonly guards: { readonly front: Guard; readonly otlp: Guard }
  readonly app: Hono
  readonly stream: EventStream
  readonly intake: Intake
  readonly metrics: OwnMetrics
  readonly pageFolder: string
  readonly log: (error: unknown) => void
}

const kindOf = { traces: 'spans', metrics: 'points', logs: 'logs' } as const

export function listeners(
  config: Config,
  { guards, app, stream, intake, metrics, pageFolder, log }: ListenerParts,
): { readonly front: RequestListener; readonly otlp: RequestListener } {
  const front = frontListener({
    guard: guards.front,
    api: app,
    stream,
    page: new PageFiles(pageFolder),
    events: eventsDoor({
      guard: guards.front,
      bytesMax: config.limits.requestBytes,
      accept: (headers, body) => traced('ingest events', () => intake.events(headers, body)),
    }),
    failed: log,
  })
  const otlp = guarded(
    otlpDoor({
      guard: guards.otlp,
      bytesMax: config.limits.requestBytes,
      accept: (signal, bytes) => traced(`ingest ${signal}`, () => intake.otlp(signal, bytes)),
      refused: (signal, reason) => metrics.refused(kindOf[signal], reason, 1),
    }),
    log,
  )
  return { front, otlp }
}
