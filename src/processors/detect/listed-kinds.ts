/** What failed in a span of time, as findings tell it: error kinds first seen in it, and traces to look at. Milliseconds. */
import type { EvidenceFinding, KindEvidence } from '../../contracts/findings.ts'
import type { KindBucket, KnownKind } from './service-state.ts'

const listedMax = 20
const exemplarsMax = 5

/** Those of most traces first. */
export function listedKinds(
  kinds: Iterable<KnownKind>,
  sinceMs: number,
  untilMs: number,
): KindEvidence[] {
  return [...kinds]
    .filter(({ firstMs }) => firstMs >= sinceMs && firstMs <= untilMs)
    .sort((a, b) => b.traces - a.traces || (a.fingerprint < b.fingerprint ? -1 : 1))
    .slice(0, listedMax)
    .map(({ fingerprint, type, template, frames, route, firstMs, traces, exemplars }) => ({
      fingerprint,
      type,
      template,
      frames: [...frames],
      route,
      firstAtMs: firstMs,
      traces,
      exemplars,
    }))
}

/** Traces of failed requests since the watch began, oldest first. */
export function exemplarsSince(
  buckets: readonly KindBucket[],
  startMs: number,
): EvidenceFinding['exemplars'] {
  return buckets
    .filter((bucket) => bucket.startMs >= startMs)
    .flatMap(({ exemplars, startMs: atMs }) => exemplars.map((traceId) => ({ traceId, atMs })))
    .slice(0, exemplarsMax)
}
