/**
 * CloudEvents 1.0 out of their transport: HTTP (binary, structured, batch) and Kafka (binary, structured), and bare
 * events that come without one.
 *
 * Pure functions over headers and body. Header names are compared in lower case; HTTP's attributes are `ce-<name>`
 * and percent-encoded, Kafka's `ce_<name>` and plain UTF-8. What is no event is a refusal with a reason; of a batch
 * each event is judged alone. Source: CloudEvents HTTP and Kafka protocol bindings 1.0.2; formats section 5.
 */
import { fromBase64, isObject, type JsonObject, parseJson } from '../../kernel/json.ts'

export interface CloudEvent {
  /** Null for a bare event: its own context says them. */
  readonly id: string | null
  readonly source: string | null
  readonly type: string | null
  readonly subject: string | null
  readonly time: string | null
  readonly data: unknown
}

export type UnwrapReason = 'content-type' | 'malformed' | 'not-utf8' | 'no-event'

export interface Refused {
  readonly ok: false
  readonly reason: UnwrapReason
  readonly message: string
}

export type Unwrapped = { readonly ok: true; readonly event: CloudEvent } | Refused

export type Headers = Readonly<Record<string, string | undefined>>

/** Events that a batch may hold; a request of more is no batch of deployments. */
const batchMax = 1000

export function unwrapHttp(headers: Headers, body: Uint8Array): Unwrapped[] {
  const lower = lowerCased(headers)
  const contentType = lower.get('content-type')?.trim().toLowerCase() ?? ''
  if (contentType.startsWith('application/cloudevents-batch')) return unwrapBatch(body)
  if (contentType.startsWith('application/cloudevents')) return [unwrapStructured(body)]
  if (contentType !== '' && !/^(application\/([\w.+-]+\+)?json|text\/json)\b/.test(contentType)) {
    return [refused('content-type', `no CloudEvent comes as ${contentType}`)]
  }
  return [unwrapBinary(body, (name) => headerValue(lower.get(`ce-${name}`)))]
}

/** A null value is a tombstone and holds no event. */
export function unwrapKafka(headers: Headers, value: Uint8Array | null): Unwrapped[] {
  if (value === null) return []
  const lower = lowerCased(headers)
  const contentType = lower.get('content-type')?.trim().toLowerCase() ?? ''
  if (contentType.startsWith('application/cloudevents')) return [unwrapStructured(value)]
  return [unwrapBinary(value, (name) => lower.get(`ce_${name}`))]
}

/** An event that has been parsed already: structured, or bare. */
export function unwrapJson(value: unknown): Unwrapped {
  if (!isObject(value)) return refused('no-event', 'the event is no JSON object')
  if (isObject(value['context'])) return bare(value)
  if (typeof value['specversion'] !== 'string') {
    return refused('no-event', 'neither a CloudEvent (no specversion) nor a CDEvent (no context)')
  }
  return structured(value)
}

function unwrapStructured(body: Uint8Array): Unwrapped {
  const parsed = parseJson(body)
  return parsed.ok ? unwrapJson(parsed.value) : parsed
}

function unwrapBatch(body: Uint8Array): Unwrapped[] {
  const parsed = parseJson(body)
  if (!parsed.ok) return [parsed]
  if (!Array.isArray(parsed.value)) return [refused('malformed', 'a batch is a JSON array')]
  if (parsed.value.length > batchMax) {
    return [refused('malformed', `a batch of more than ${batchMax} events`)]
  }
  return parsed.value.map((each: unknown) => unwrapJson(each))
}

function unwrapBinary(
  body: Uint8Array,
  attribute: (name: string) => string | null | undefined,
): Unwrapped {
  const parsed = parseJson(body)
  if (!parsed.ok) return parsed
  const [id, source, type] = [attribute('id'), attribute('source'), attribute('type')]
  const [subject, time] = [attribute('subject'), attribute('time')]
  if ([id, source, type, subject, time].includes(null)) {
    return refused('not-utf8', 'a ce- header is not percent-encoded UTF-8')
  }
  // Without headers of its own it may still be a structured or a bare event.
  if (id === undefined) return unwrapJson(parsed.value)
  return {
    ok: true,
    event: {
      id,
      source: source ?? null,
      type: type ?? null,
      subject: subject ?? null,
      time: time ?? null,
      data: parsed.value,
    },
  }
}

function structured(value: JsonObject): Unwrapped {
  let data = value['data']
  if (data === undefined && typeof value['data_base64'] === 'string') {
    const bytes = fromBase64(value['data_base64'])
    if (bytes === null) return refused('malformed', 'data_base64 is not base64')
    data = bytes
  }
  if (data instanceof Uint8Array || typeof data === 'string') {
    const parsed = parseJson(data)
    if (!parsed.ok) return parsed
    data = parsed.value
  }
  const text = (name: string) => (typeof value[name] === 'string' ? value[name] : null)
  return {
    ok: true,
    event: {
      id: text('id'),
      source: text('source'),
      type: text('type'),
      subject: text('subject'),
      time: text('time'),
      data,
    },
  }
}

function bare(data: JsonObject): Unwrapped {
  return {
    ok: true,
    event: { id: null, source: null, type: null, subject: null, time: null, data },
  }
}

function lowerCased(headers: Headers): Map<string, string> {
  const result = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result.set(name.toLowerCase(), value)
  }
  return result
}

/** Unquotes, then undoes exactly one round of percent-encoding; null where that is not UTF-8. */
export function headerValue(raw: string | undefined): string | null | undefined {
  if (raw === undefined) return undefined
  const quoted = /^"(.*)"$/s.exec(raw.trim())
  const text = quoted === null ? raw : quoted[1]!.replace(/\\(.)/g, '$1')
  try {
    return decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25'))
  } catch {
    return null
  }
}

function refused(reason: UnwrapReason, message: string): Refused {
  return { ok: false, reason, message }
}
