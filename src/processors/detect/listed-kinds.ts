/** Error kinds that were first seen in a span of time, those of most traces first, as findings tell them. Milliseconds. */
import type { KindEvidence } from '../../contracts/findings.ts'
import type { KnownKind } from './service-state.ts'

const listedMax = 20

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
