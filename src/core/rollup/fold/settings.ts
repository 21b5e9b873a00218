/** What a fold depends on beside its input; the defaults are the contract's. */
import { makeScrubber } from '../../intake/exceptions/scrub.ts'
import type { MetricRule } from '../metric-rules.ts'
import type { IdentitySettings } from '../../intake/identity.ts'

export interface FoldSettings extends IdentitySettings {
  readonly windowMs: number
  /** Routes of one service and version that a record may name; the rest is `other`. */
  readonly routesMax: number
  /** Event time more than this after arrival is refused as `ahead`. */
  readonly aheadMs: number
  /** Event time more than this before arrival is refused as `behind`. */
  readonly behindMs: number
  /** About how large an output record may grow before it is split, in bytes of JSON. */
  readonly recordBytesMax: number
  /** What a house says of its own metrics. */
  readonly metrics: readonly MetricRule[]
  /** Takes out of messages, templates and frames what must not leave ingest. */
  readonly scrub: (text: string) => string
}

export const foldDefaults: FoldSettings = {
  defaultEnvironment: 'default',
  windowMs: 10_000,
  routesMax: 500,
  aheadMs: 60_000,
  behindMs: 24 * 3_600_000,
  // Estimates may be off by half; a topic takes 1 MiB.
  recordBytesMax: 512 * 1024,
  metrics: [],
  scrub: makeScrubber(),
}
