/**
 * Folds ONE input record of OTLP by itself into records of `culprit.service-events`.
 *
 * Pure: the same bytes, arrival time and settings give the same events in the same order, whatever was folded before.
 * Order: rollups, failed, kinds, calls, snapshots, gauges; inside each by service, version and time, by code units.
 * Everything that came is counted: seen = accepted + the sum of refused by reason. Cumulative points are forwarded,
 * never differenced here.
 */
import type { ServiceEvent } from '../../../contracts/service-events.ts'
import { identify } from '../../intake/identity.ts'
import { decodeOtlp } from '../../intake/otlp/decode.ts'
import type { ResourceLogs, Signal, Telemetry } from '../../intake/otlp/telemetry.ts'
import type { Tally } from './admission.ts'
import { foldMetrics } from './fold-metrics.ts'
import { foldSpans } from './fold-spans.ts'
import { Gathering } from './gathering.ts'
import type { FoldSettings } from './settings.ts'

export interface Folded {
  readonly events: readonly ServiceEvent[]
  readonly counts: { readonly spans: Tally; readonly points: Tally; readonly logs: Tally }
  /** Greatest min(event time, arrival); null when nothing was accepted. */
  readonly unitTimeMs: number | null
}

export type FoldOutcome =
  | ({ readonly ok: true } & Folded)
  | { readonly ok: false; readonly reason: string; readonly message: string }

/** Decodes and folds. A record that does not decode is refused whole. */
export function foldOtlp(input: {
  readonly signal: Signal | 'auto'
  readonly bytes: Uint8Array
  readonly arrivedMs: number
  readonly settings: FoldSettings
}): FoldOutcome {
  const decoded = decodeOtlp(input.bytes, input.signal)
  if (!decoded.ok) return decoded
  return { ok: true, ...fold(decoded.telemetry, input) }
}

/** Folds what has been decoded, as of the time that it arrived. */
export function fold(
  telemetry: Telemetry,
  { arrivedMs, settings }: { readonly arrivedMs: number; readonly settings: FoldSettings },
): Folded {
  const gathering = new Gathering(arrivedMs, settings)
  foldSpans(telemetry.spans, gathering)
  foldMetrics(telemetry.metrics, gathering)
  foldLogs(telemetry.logs, gathering)
  const { rollups, failures, kinds, calls, readings, admission } = gathering
  return {
    events: [
      ...rollups.events(arrivedMs),
      ...failures.events(),
      ...kinds.events(arrivedMs),
      ...calls.events(),
      ...readings.events(arrivedMs),
    ],
    counts: {
      spans: gathering.spans.tally(),
      points: gathering.points.tally(),
      logs: gathering.logs.tally(),
    },
    unitTimeMs: admission.unitTimeMs,
  }
}

function foldLogs(blocks: readonly ResourceLogs[], gathering: Gathering): void {
  const { admission, logs: counter, kinds, settings } = gathering
  for (const { resource, exceptions, quietTimesMs, refused } of blocks) {
    counter.refuseAll(refused)
    const identity = identify(resource, settings)
    if (identity === null) {
      counter.refuse('no-service', exceptions.length + quietTimesMs.length)
      continue
    }
    for (const atMs of quietTimesMs) admission.admits(atMs, counter)
    for (const exception of exceptions) {
      if (!admission.admits(exception.atMs, counter)) continue
      kinds.add(exception, { identity, words: exception })
    }
  }
}
