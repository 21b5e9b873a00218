/**
 * What is asked of the signals that stand outside a release's weighted sum: one story a cell. A story is told of a
 * house, a service of a few processes with one such instrument; its requests and errors never change.
 */
import { type Effect, none } from './effects.ts'

export type AloneSignal = 'cpu' | 'restarts' | 'gauges' | 'business'

export interface AloneStory {
  readonly signal: AloneSignal
  /** In the cell's name. */
  readonly name: string
  /** `none` also where what happens is no harm. */
  readonly effect: Effect
  /** CPU time, or orders, of a request of the new version: so many times as much. */
  readonly times?: number
  /** The first gauge jumps by so many of its deviations. */
  readonly deviations?: number
  readonly restarts?: 'rolling' | 'crash-loop'
}

const harmful = (name: string): Effect => ({ name, fromMinute: 0 })

export const aloneStories: readonly AloneStory[] = [
  { signal: 'cpu', name: 'none', effect: none },
  { signal: 'restarts', name: 'none', effect: none },
  { signal: 'restarts', name: 'rolling-restart', effect: none, restarts: 'rolling' },
  { signal: 'gauges', name: 'none', effect: none },
  { signal: 'business', name: 'none', effect: none },
  { signal: 'cpu', name: 'x1.5', effect: harmful('CPU per request x1.5'), times: 1.5 },
  {
    signal: 'restarts',
    name: 'crash-loop',
    effect: harmful('crash loop'),
    restarts: 'crash-loop',
  },
  { signal: 'gauges', name: 'jump-4-sd', effect: harmful('a gauge +4 sd'), deviations: 4 },
  { signal: 'business', name: 'x0.6', effect: harmful('orders x0.6'), times: 0.6 },
]
