/**
 * Requests and errors per service, version and window: folded by hand from the feed, and as the closed
 * windows of the pipeline have them.
 */
import type { Bucket } from '../../src/core/rollup/track.ts'

export type Counts = Map<string, { requests: number; errors: number }>

const windowMs = 10_000

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: string }
}
interface Body {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly endTimeUnixNano: string
        readonly status: { readonly code?: number }
      }[]
    }[]
  }[]
}

export function addBody(counts: Counts, bytes: Uint8Array): void {
  const { resourceSpans } = JSON.parse(Buffer.from(bytes).toString()) as Body
  for (const { resource, scopeSpans } of resourceSpans) {
    const of = (name: string) =>
      resource.attributes.find(({ key }) => key === name)?.value.stringValue ?? '-'
    const [environment, namespace] = [of('deployment.environment.name'), of('service.namespace')]
    const service = `${environment}/${namespace}/${of('service.name')}`
    for (const { endTimeUnixNano, status } of scopeSpans[0]!.spans) {
      const endMs = Number(BigInt(endTimeUnixNano) / 1_000_000n)
      const errors = status.code === 2 ? 1 : 0
      const startMs = Math.floor(endMs / windowMs) * windowMs
      addTo(counts, `${service} ${of('service.version')} ${startMs}`, { requests: 1, errors })
    }
  }
}

export function addBucket(counts: Counts, service: string, { startMs, cells }: Bucket): void {
  for (const [version, { routes }] of cells) {
    for (const { requests, errors } of routes.values()) {
      addTo(counts, `${service} ${version} ${startMs}`, { requests, errors })
    }
  }
}

export function addTo(
  counts: Counts,
  name: string,
  more: { readonly requests: number; readonly errors: number },
): void {
  const before = counts.get(name) ?? { requests: 0, errors: 0 }
  counts.set(name, {
    requests: before.requests + more.requests,
    errors: before.errors + more.errors,
  })
}

export function countDifferences(actual: Counts, expected: Counts): string[] {
  const wrong: string[] = []
  for (const name of new Set([...actual.keys(), ...expected.keys()])) {
    const shown = [actual.get(name), expected.get(name)].map((each) =>
      each === undefined ? 'nothing' : `${each.requests} with ${each.errors} errors`,
    )
    if (shown[0] !== shown[1]) wrong.push(`${name}: ${shown[0]} instead of ${shown[1]}`)
  }
  return wrong
}
