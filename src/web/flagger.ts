/**
 * Flagger's three webhooks (formats section 32.2). The request names no version: the canary is the newest
 * release of the service. Gate: pass 200, else 403. Check: fail 403, else 200. Rollback: fail 200,
 * everything else and every error 409 or 5xx, since any 2xx there rolls back.
 */
import type { Context, Hono } from 'hono'
import { answerVerdict, type VerdictAnswer } from './verdict-answer.ts'
import type { View } from './view.ts'

export function flaggerRoutes(app: Hono, view: View): void {
  app.post('/v1/flagger/gate', async (context) => {
    const answer = await ask(context, view)
    if (answer === null) return malformed(context, 403)
    return context.json(answer, answer.answer === 'pass' ? 200 : 403)
  })
  app.post('/v1/flagger/check', async (context) => {
    const answer = await ask(context, view)
    if (answer === null) return malformed(context, 400)
    return context.json(answer, answer.answer === 'fail' ? 403 : 200)
  })
  app.post('/v1/flagger/rollback', async (context) => {
    const answer = await ask(context, view)
    if (answer === null) return malformed(context, 409)
    return context.json(answer, answer.answer === 'fail' ? 200 : 409)
  })
}

interface FlaggerBody {
  readonly name?: unknown
  readonly namespace?: unknown
  readonly metadata?: { readonly environment?: unknown } | null
}

async function ask(context: Context, view: View): Promise<VerdictAnswer | null> {
  let body: FlaggerBody | null
  try {
    body = await context.req.json()
  } catch {
    return null
  }
  if (body === null || typeof body.name !== 'string' || body.name === '') return null
  const environment = body.metadata?.environment
  const question = {
    // The promoted version runs beside the canary under this name; both are one service.
    service: body.name.replace(/-primary$/, ''),
    namespace: typeof body.namespace === 'string' ? body.namespace : null,
    environment: typeof environment === 'string' ? environment : null,
    version: null,
    revision: null,
  }
  const exact = answerVerdict(question, view.releases(), view.incidents())
  if (exact.verdict !== 'unknown') return exact
  // A Kubernetes namespace need not be the telemetry's service.namespace.
  return answerVerdict({ ...question, namespace: null }, view.releases(), view.incidents())
}

function malformed(context: Context, status: 400 | 403 | 409): Response {
  const message = 'wants {"name","namespace","phase","metadata"}'
  return context.json({ error: { code: 'malformed', message } }, status)
}
