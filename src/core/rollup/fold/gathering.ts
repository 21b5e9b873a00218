/** What one fold gathers while it goes through a record. Lives for one record. */
import { Admission, Counter } from './admission.ts'
import { CallCounts } from './call-counts.ts'
import { Failures } from './failures.ts'
import { KindsOfFailure } from './kinds.ts'
import { Readings } from './readings.ts'
import { Rollups } from './rollups.ts'
import type { FoldSettings } from './settings.ts'

export class Gathering {
  readonly settings: FoldSettings
  readonly arrivedMs: number
  readonly admission: Admission
  readonly spans = new Counter()
  readonly points = new Counter()
  readonly logs = new Counter()
  readonly rollups: Rollups
  readonly failures = new Failures()
  readonly kinds: KindsOfFailure
  readonly calls: CallCounts
  readonly readings: Readings

  constructor(arrivedMs: number, settings: FoldSettings) {
    this.settings = settings
    this.arrivedMs = arrivedMs
    this.admission = new Admission(arrivedMs, settings)
    this.rollups = new Rollups(settings)
    this.kinds = new KindsOfFailure(settings)
    this.calls = new CallCounts(arrivedMs)
    this.readings = new Readings(settings)
  }
}
