/**
 * Hands a deployment to a running Culprit and says what it joined: the server's own words, else what its releases
 * tell within two seconds.
 */
import { UnreachableError, UsageError } from '../../core/kernel/errors.ts'
import { Client } from '../client/client.ts'
import { serverUrl } from '../client/server-url.ts'
import { asCloudEvent, type CDEvent } from './event.ts'

export interface Posting {
  readonly event: CDEvent
  /** The service key of the release. */
  readonly service: string
  readonly version: string
  readonly url: string | undefined
}

export interface Posted {
  readonly taken: boolean
  readonly joined: string | null
  readonly hint: string
}

interface Reply {
  readonly accepted?: number
  readonly events?: readonly { readonly joined?: string | null; readonly hint?: string }[]
}

const answerMsMax = 30_000
const pollMs = 250
const pollMsMax = 2_000

export async function postEvent({ event, service, version, url }: Posting): Promise<Posted> {
  const base = serverUrl(url)
  const reply = await send(base, event)
  const [first] = reply.events ?? []
  const taken = (reply.accepted ?? 1) > 0
  if (first?.hint) return { taken, joined: first.joined ?? null, hint: first.hint }
  if (!taken) return { taken, joined: null, hint: 'the server ignored the event' }
  return { taken, ...(await poll(new Client(base), { service, version, id: event.context.id })) }
}

async function send(base: string, event: CDEvent): Promise<Reply> {
  const token = process.env['CULPRIT_TOKEN']
  let response: Response
  try {
    response = await fetch(`${base}/v1/events`, {
      method: 'POST',
      body: JSON.stringify(asCloudEvent(event)),
      headers: {
        'content-type': 'application/cloudevents+json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      signal: AbortSignal.timeout(answerMsMax),
    })
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).message
    throw new UnreachableError(`${base} does not answer (${cause}); is \`npm start\` running?`)
  }
  const text = await response.text()
  if (response.status === 202) return parsed(text) as Reply
  const message = (parsed(text) as { error?: { message?: string } }).error?.message
  const said = `${base}/v1/events answered ${response.status}${message ? `: ${message}` : ''}`
  if (response.status >= 500 || response.status === 429) throw new UnreachableError(said)
  throw new UsageError(said)
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

interface Wanted {
  readonly service: string
  readonly version: string
  readonly id: string
}

interface Item {
  readonly deploymentEventId?: string | null
  readonly version?: string | null
  readonly joined?: string | null
}

async function poll(
  client: Client,
  { service, version, id }: Wanted,
): Promise<Pick<Posted, 'joined' | 'hint'>> {
  const path = `/v1/releases?service=${encodeURIComponent(service)}&limit=20`
  for (let waitedMs = 0; waitedMs <= pollMsMax; waitedMs += pollMs) {
    const items = await client.get<{ items?: readonly Item[] }>(path).then(
      (page) => page.items ?? [],
      // The event was taken; that nothing can be said of it is no failure.
      () => [],
    )
    const release = items.find((item) => item.deploymentEventId === id || item.version === version)
    if (release?.joined) return { joined: service, hint: `joined ${service} (${release.joined})` }
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  return { joined: null, hint: `nothing of ${service} was seen yet` }
}
