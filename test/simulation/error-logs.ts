/**
 * Logs beside the spans of a feed: of every request that failed the exception, in a record of its own, which
 * takes another way through another topic and comes a little later. Of a release's own errors the type is new.
 */
import { attributes } from '../support/otlp-attributes.ts'
import type { Arrival } from './feed.ts'

interface Attribute {
  readonly key: string
  readonly value: object
}
interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code?: number }
}
interface Block {
  readonly resource: { readonly attributes: readonly Attribute[] }
  readonly scopeSpans: readonly { readonly spans: readonly Span[] }[]
}

export function errorLogs(
  body: Uint8Array,
  { afterMs, topic }: { readonly afterMs: number; readonly topic: string },
): Arrival[] {
  const { resourceSpans } = JSON.parse(Buffer.from(body).toString()) as { resourceSpans: Block[] }
  const resourceLogs = resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const failed = scopeSpans.flatMap(({ spans }) =>
      spans.filter(({ status }) => status.code === 2),
    )
    if (failed.length === 0) return []
    const version = textOf(resource.attributes, 'service.version')
    const records = failed.map((span) => recordOf(span, version))
    return [{ resource, scopeLogs: [{ scope: { name: 'test' }, logRecords: records }] }]
  })
  if (resourceLogs.length === 0) return []
  const value = Buffer.from(JSON.stringify({ resourceLogs }))
  return [{ afterMs, to: { topic, partition: 0 }, value, spans: 0 }]
}

function recordOf({ traceId, spanId, endTimeUnixNano }: Span, version: string) {
  const isNew = version.endsWith('.1')
  const type = isNew ? 'NoSuchCoupon' : 'Timeout'
  const message = `${isNew ? 'no coupon' : 'gave up'} after ${traceId.slice(0, 4)}`
  const stack = `${type}: ${message}\n    at pay (/app/src/${isNew ? 'coupon' : 'client'}.js:12:3)`
  return {
    timeUnixNano: endTimeUnixNano,
    severityNumber: 17,
    traceId,
    spanId,
    body: { stringValue: message },
    attributes: attributes({
      'exception.type': type,
      'exception.message': message,
      'exception.stacktrace': stack,
    }),
  }
}

function textOf(all: readonly Attribute[], name: string): string {
  const value = all.find(({ key }) => key === name)?.value as { stringValue?: string }
  return value?.stringValue ?? ''
}
