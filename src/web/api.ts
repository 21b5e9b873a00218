/**
 * The API on `:8321` (contract section 10): records as they were published, the verdict by pull, closed
 * windows, explanations. JSON errors; no route answers 2xx without a JSON object.
 */
import { Hono } from 'hono'
import type { Context } from 'hono'
import type { Incident } from '../contracts/incident.ts'
import type { Release } from '../contracts/release.ts'
import { formatServiceKey, parseServiceKey } from '../core/kernel/service-key.ts'
import { parseInstant } from '../core/kernel/instant.ts'
import { flaggerRoutes } from './flagger.ts'
import type { Queries } from './queries.ts'
import { answerVerdict } from './verdict-answer.ts'
import type { View } from './view.ts'

export interface ApiOptions {
  /** What was found; null in a process that does not serve it. */
  readonly found: { readonly view: View; readonly queries: Queries } | null
  readonly metrics: () => string
  /** Why it is not ready; empty when it is. */
  readonly notReady: () => readonly string[]
  readonly takingIn: () => {
    /** Where this process takes OTLP in; null where it does not. */
    readonly otlp: string | null
    /** Settings that met nothing in what came, a sentence each. */
    readonly unmatched: readonly string[]
  }
  readonly openApi: () => object
}

const limitDefault = 50
const limitMax = 500
const windowSpanMaxMs = 2 * 3_600_000

export function api(options: ApiOptions): Hono {
  const app = new Hono()
  app.onError((error, context) => fail(context, 500, 'bug', error.message))
  app.notFound((context) => fail(context, 404, 'no-route', `nothing is at ${context.req.path}`))

  app.get('/healthz', (context) => context.json({ status: 'alive' }))
  app.get('/readyz', (context) => {
    const reasons = options.notReady()
    return context.json({ ready: reasons.length === 0, reasons }, reasons.length === 0 ? 200 : 503)
  })
  app.get('/metrics', (context) =>
    context.body(options.metrics(), 200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    }),
  )
  app.get('/openapi.json', (context) => context.json(options.openApi()))
  if (options.found === null) return app
  const { view, queries } = options.found
  recordRoutes(app, view, queries)
  app.get('/v1/services', async (context) => {
    const { otlp, unmatched } = options.takingIn()
    return context.json({
      items: await queries.services(),
      next: null,
      otlp: reachable(otlp, context.req.header('host')),
      unmatched,
    })
  })
  app.get('/v1/waiting', async (context) =>
    context.json({ items: await queries.waiting(), next: null }),
  )
  app.get('/v1/windows', (context) => windows(context, queries))
  app.get('/v1/verdict', (context) => verdict(context, view))
  flaggerRoutes(app, view)
  return app
}

/** A door on every address is reached by the name that the asker used for this one. */
function reachable(door: string | null, host: string | undefined): string | null {
  const url = door === null ? null : new URL(door)
  if (url === null || host === undefined) return door
  if (['0.0.0.0', '[::]'].includes(url.hostname)) url.hostname = new URL(`http://${host}`).hostname
  return url.origin
}

function recordRoutes(app: Hono, view: View, queries: Queries): void {
  app.get('/v1/releases', (context) =>
    page(context, view.releases(), {
      stateOf: (release) => release.verdict,
      servicesOf: (release) => [formatServiceKey(release.service)],
      environmentOf: (release) => release.service.environment,
      atOf: (release) => release.startedAt,
    }),
  )
  app.get('/v1/releases/:id', (context) => one(context, view.release(context.req.param('id'))))
  app.get('/v1/releases/:id/evidence', async (context) => {
    const release = view.release(context.req.param('id'))
    if (release === undefined) return fail(context, 404, 'not-found', 'no such release')
    return context.json(await queries.releaseDetail(release.id))
  })

  app.get('/v1/incidents', (context) =>
    page(context, view.incidents(), {
      stateOf: (incident) => incident.state,
      servicesOf: (incident) =>
        incident.regressions.map(({ release }) => formatServiceKey(release.service)),
      environmentOf: (incident) => incident.environment,
      atOf: (incident) => incident.openedAt,
    }),
  )
  app.get('/v1/incidents/:id', (context) => one(context, view.incident(context.req.param('id'))))
  app.get('/v1/incidents/:id/explanation', async (context) => {
    const incident = view.incident(context.req.param('id'))
    if (incident === undefined) return fail(context, 404, 'not-found', 'no such incident')
    const releases = await Promise.all(
      incident.regressions.map(({ release }) => queries.releaseDetail(release.id)),
    )
    return context.json({ incident, releases })
  })
}

function fail(context: Context, status: 400 | 404 | 500, code: string, message: string): Response {
  return context.json({ error: { code, message } }, status)
}

function one(context: Context, record: Release | Incident | undefined): Response {
  if (record === undefined) return fail(context, 404, 'not-found', 'no such record')
  return context.json(record)
}

interface Facets<T> {
  readonly stateOf: (item: T) => string
  readonly servicesOf: (item: T) => readonly string[]
  readonly environmentOf: (item: T) => string
  readonly atOf: (item: T) => string
}

function page<T extends { readonly id: string }>(
  context: Context,
  items: readonly T[],
  facets: Facets<T>,
): Response {
  const { service, environment, state, since, limit, cursor } = context.req.query()
  const count = limit === undefined ? limitDefault : Number(limit)
  if (!Number.isInteger(count) || count < 1 || count > limitMax) {
    return fail(context, 400, 'bad-limit', `limit is a whole number from 1 to ${limitMax}`)
  }
  const sinceMs = since === undefined ? null : parseInstant(since)
  if (since !== undefined && sinceMs === null) {
    return fail(context, 400, 'bad-since', 'since is an RFC 3339 time')
  }
  const open = (item: T) => !['resolved', 'recovered'].includes(facets.stateOf(item))
  const found = items.filter(
    (item) =>
      (service === undefined || facets.servicesOf(item).includes(service)) &&
      (environment === undefined || facets.environmentOf(item) === environment) &&
      (state === undefined ||
        state === 'all' ||
        (state === 'open' ? open(item) : facets.stateOf(item) === state)) &&
      (sinceMs === null || Date.parse(facets.atOf(item)) >= sinceMs),
  )
  const from = cursor === undefined ? 0 : found.findIndex(({ id }) => id === cursor) + 1
  if (cursor !== undefined && from === 0) {
    return fail(context, 400, 'bad-cursor', 'nothing is known of this cursor any more')
  }
  const shown = found.slice(from, from + count)
  const next = from + count < found.length ? (shown.at(-1)?.id ?? null) : null
  return context.json({ items: shown, next })
}

async function windows(context: Context, queries: Queries): Promise<Response> {
  const { service, from, to } = context.req.query()
  if (service === undefined || parseServiceKey(service) === null) {
    return fail(context, 400, 'no-service', 'service is a key: environment/namespace/name')
  }
  const toMs = to === undefined ? Number.MAX_SAFE_INTEGER : parseInstant(to)
  const fromMs = from === undefined ? 0 : parseInstant(from)
  if (fromMs === null || toMs === null) {
    return fail(context, 400, 'bad-time', 'from and to are RFC 3339 times')
  }
  const items = await queries.windows(service, { fromMs, toMs, spanMaxMs: windowSpanMaxMs })
  return context.json({ items, next: null })
}

function verdict(context: Context, view: View): Response {
  const { service, namespace, environment, version, revision } = context.req.query()
  if (service === undefined || service === '') {
    return fail(context, 400, 'no-service', 'service is wanted')
  }
  if (version === undefined && revision === undefined) {
    return fail(context, 400, 'no-version', 'version or revision is wanted')
  }
  const key = parseServiceKey(service)
  const question = {
    service: key?.name ?? service,
    namespace: key?.namespace ?? (namespace === undefined || namespace === '-' ? null : namespace),
    environment: key?.environment ?? environment ?? null,
    version: version ?? null,
    revision: revision ?? null,
  }
  return context.json(answerVerdict(question, view.releases(), view.incidents()))
}
