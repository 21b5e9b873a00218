/** Takes telemetry of one service into its state: each kind of event its own way, gauges of all services within bounds. */
import type {
  Calls,
  Failed,
  Gauge,
  Kinds,
  Rollup,
  Snapshot,
} from '../../contracts/service-events.ts'
import {
  absorbCalls,
  absorbFailed,
  type Absorbing,
  absorbKinds,
  absorbRollup,
  absorbSnapshot,
} from './absorb.ts'
import { absorbGauge } from './gauge-state.ts'
import type { ServiceState } from './service-state.ts'
import type { DetectSettings } from './settings.ts'

export type TelemetryEvent = Rollup | Snapshot | Kinds | Failed | Calls | Gauge

export class TakeIn {
  readonly #absorbing: Absorbing
  readonly #settings: Pick<DetectSettings, 'gaugesMax' | 'gaugesInAllMax'>
  /** Gauges of all services. */
  #gauges = 0

  constructor(
    absorbing: Absorbing,
    settings: Pick<DetectSettings, 'gaugesMax' | 'gaugesInAllMax'>,
  ) {
    this.#absorbing = absorbing
    this.#settings = settings
  }

  /** Services have come or gone, or have let gauges go. */
  count(states: readonly { readonly state: ServiceState }[]): void {
    this.#gauges = states.reduce((sum, { state }) => sum + state.gauges.track.series.size, 0)
  }

  take(state: ServiceState, event: TelemetryEvent): void {
    const { dirty } = this.#absorbing
    switch (event.kind) {
      case 'rollup':
        return absorbRollup(state, event, this.#absorbing)
      case 'snapshot':
        return absorbSnapshot(state, event, this.#absorbing)
      case 'kinds':
        return absorbKinds(state, event, dirty)
      case 'failed':
        return absorbFailed(state, event, dirty)
      case 'calls':
        return absorbCalls(state, event, this.#absorbing)
      case 'gauge':
        return this.#gauge(state, event)
    }
  }

  #gauge(state: ServiceState, event: Gauge): void {
    const { gaugesMax, gaugesInAllMax } = this.#settings
    const { series } = state.gauges.track
    const before = series.size
    const hasRoom = () => this.#gauges + series.size - before < gaugesInAllMax
    absorbGauge(state, event, { dirty: this.#absorbing.dirty, gaugesMax, hasRoom })
    this.#gauges += series.size - before
  }
}
