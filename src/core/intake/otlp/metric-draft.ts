/**
 * One metric point while it is read, and the checks that both readers share before it becomes a `MetricPoint`.
 *
 * Refused, with the reason as the key of the count: `no-time`, `no-value` (staleness marker or nothing in it),
 * `not-finite` (NaN, Infinity), `negative` (counts, durations of a histogram), `wrong-shape` (buckets that do not fit
 * their bounds, bounds that do not rise), `wrong-type`, `too-large` (more buckets than any real histogram has, or a
 * number that cannot be summed).
 */
import type { Attributes, AttributeValue, MetricKind, MetricPoint } from './telemetry.ts'

/** SDKs keep 160 buckets at most; a point of more than this is not a histogram of durations. */
export const bucketsMax = 4096
/**
 * Beyond all that is measured, the 64 bits of a counter and the seconds of the universe among it: what an exporter sends
 * for "not set" is larger. Thousands of such values, and their distances, still fit 32 bits of floating point, and
 * their squares 64.
 */
const valueMax = 1e30
/** OTLP bounds the scale; finer than 20 or coarser than -10 no SDK makes. */
const scaleMax = 20
const scaleMin = -10
/** At scale 20 the doubles end at 2^30; indices must stay whole numbers of 32 bits. */
const offsetMax = 2 ** 30 + 2 ** 28

export class MetricDraft {
  readonly attributes = new Map<string, AttributeValue>()
  startMs = 0
  timeMs = 0
  flags = 0
  value: number | null = null
  count: number | null = null
  sum: number | null = null
  min: number | null = null
  max: number | null = null
  bounds: number[] = []
  counts: number[] = []
  scale = 0
  offset = 0
  zero = 0
  /** Sum of the buckets for negative values. */
  negative = 0
  /** Set by the JSON reader where a field has the wrong type. */
  wrong = false
}

/** The reason why this point is refused, null for a good one. */
export function faultOf(draft: MetricDraft, kind: MetricKind): string | null {
  if (draft.wrong) return 'wrong-type'
  if (draft.timeMs === 0) return 'no-time'
  if ((draft.flags & 1) !== 0) return 'no-value'
  if (kind === 'gauge' || kind === 'sum') {
    if (draft.value === null) return 'no-value'
    if (!Number.isFinite(draft.value)) return 'not-finite'
    return Math.abs(draft.value) > valueMax ? 'too-large' : null
  }
  if (draft.counts.length > bucketsMax || draft.bounds.length > bucketsMax) return 'too-large'
  const { count, sum, min, max, zero, negative } = draft
  const numbers = [count ?? 0, sum ?? 0, min ?? 0, max ?? 0, zero, ...draft.counts, ...draft.bounds]
  if (!numbers.every((each) => Number.isFinite(each))) return 'not-finite'
  const summed = [count ?? 0, sum ?? 0, zero, ...draft.counts]
  if (summed.some((each) => each > valueMax)) return 'too-large'
  if ((count ?? 0) < 0 || zero < 0 || negative > 0) return 'negative'
  if ((sum ?? 0) < 0 || (min ?? 0) < 0 || draft.counts.some((each) => each < 0)) return 'negative'
  return shapeFault(draft, kind)
}

function shapeFault(
  { bounds, counts, scale, offset }: MetricDraft,
  kind: MetricKind,
): string | null {
  if (kind === 'histogram') {
    const empty = bounds.length === 0 && counts.length === 0
    if (!empty && counts.length !== bounds.length + 1) return 'wrong-shape'
    return bounds.every((bound, index) => index === 0 || bound > bounds[index - 1]!)
      ? null
      : 'wrong-shape'
  }
  if (kind === 'exponential') {
    const fits = Number.isInteger(scale) && scale >= scaleMin && scale <= scaleMax
    if (!fits || !Number.isInteger(offset) || Math.abs(offset) > offsetMax) return 'wrong-shape'
  }
  return null
}

export function pointOf(draft: MetricDraft): MetricPoint {
  const attributes: Attributes = draft.attributes
  return {
    attributes,
    startMs: draft.startMs,
    timeMs: draft.timeMs,
    value: draft.value ?? 0,
    count: draft.count ?? 0,
    sum: draft.sum,
    min: draft.min,
    max: draft.max,
    bounds: draft.bounds,
    counts: draft.counts,
    scale: draft.scale,
    offset: draft.offset,
    zero: draft.zero,
  }
}
