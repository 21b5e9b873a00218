/** What each of the two HTTP servers does with a request, and the servers themselves. */
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import type { Hono } from 'hono'
import type { Config } from '../../config/settings.ts'
import { ConfigError } from '../../core/kernel/errors.ts'
import { eventsDoor } from '../../web/events-door.ts'
import type { Guard } from '../../web/guard.ts'
import { otlpDoor } from '../../web/otlp-door.ts'
import { frontListener, guarded, listen, type Listening } from '../../web/server.ts'
import { traced } from './own-telemetry.ts'
import type { Shown } from './shown.ts'
import type { TakingIn } from './taking-in.ts'

const kindOf = { traces: 'spans', metrics: 'points', logs: 'logs' } as const

export interface FrontParts {
  readonly guard: Guard
  readonly app: Hono
  readonly shown: Shown | null
  readonly takingIn: TakingIn | null
  readonly log: (error: unknown) => void
}

export function frontDoor(
  { limits }: Config,
  { guard, app, shown, takingIn, log }: FrontParts,
): RequestListener {
  const events =
    takingIn === null
      ? null
      : eventsDoor({
          guard,
          bytesMax: limits.requestBytes,
          accept: (headers, body) =>
            traced('ingest events', () => takingIn.intake.events(headers, body)),
        })
  return frontListener({ guard, api: app, events, shown, failed: log })
}

export function otlpDoorOf(
  { limits }: Config,
  parts: {
    readonly guard: Guard
    readonly takingIn: TakingIn
    readonly log: (error: unknown) => void
  },
): RequestListener {
  const { intake, metrics } = parts.takingIn
  const door = otlpDoor({
    guard: parts.guard,
    bytesMax: limits.requestBytes,
    accept: (signal, bytes) => traced(`ingest ${signal}`, () => intake.otlp(signal, bytes)),
    refused: (signal, reason) => metrics.refused(kindOf[signal], reason, 1),
  })
  return guarded(door, parts.log)
}

/** The front first, then OTLP where there is a listener for it. */
export async function openServers(
  { http, ingest }: Config,
  { front, otlp }: { readonly front: RequestListener; readonly otlp: RequestListener | null },
): Promise<Listening[]> {
  const tls = http.tls === null ? null : readTls(http.tls)
  const servers = [await listen(front, { setting: 'http.listen', address: http.listen, tls })]
  if (otlp === null) return servers
  try {
    const address = ingest.otlpListen
    servers.push(await listen(otlp, { setting: 'ingest.otlpListen', address, tls }))
  } catch (error) {
    await servers[0]!.close()
    throw error
  }
  return servers
}

function readTls({ certFile, keyFile }: NonNullable<Config['http']['tls']>) {
  const read = (path: string) => {
    try {
      return readFileSync(path)
    } catch {
      throw new ConfigError('http.tls', 'a readable file', path)
    }
  }
  return { cert: read(certFile!), key: read(keyFile!) }
}
