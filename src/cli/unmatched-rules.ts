/**
 * Which entries of `detection.metrics` met nothing in the input: a name mistyped there is no wrong setting, since the
 * metric may come tomorrow, and must not be silent either.
 */
import type { ServiceEvent } from '../contracts/service-events.ts'
import type { Telemetry } from '../core/intake/otlp/telemetry.ts'
import { exposureOf, globMatches, type MetricRule } from '../core/rollup/metric-rules.ts'

interface Wanted {
  readonly entry: number
  readonly field: 'match' | 'exposure'
  readonly glob: string
}

/** Names beyond it are not looked at: a glob that met none of so many is as good as mistyped. */
const namesMax = 100_000

export class UnmatchedRules {
  #wanted: Wanted[]
  readonly #looked = new Set<string>()

  constructor(rules: readonly MetricRule[], asked: (entry: number) => boolean = () => true) {
    this.#wanted = rules.flatMap((rule, entry): Wanted[] => {
      if (!asked(entry)) return []
      const by = exposureOf(rule)
      const counted = rule.signal === 'business' && by !== 'requests'
      return [
        { entry, field: 'match', glob: rule.match },
        ...(counted ? [{ entry, field: 'exposure', glob: by } as const] : []),
      ]
    })
  }

  /** Every name that was sent, also of what is not used. */
  seeTelemetry({ metrics }: Telemetry): void {
    if (this.#wanted.length === 0) return
    for (const { metrics: own } of metrics) for (const { name } of own) this.#look(name, true)
  }

  /** What intake made of it: routes, and of metrics those that are used. */
  seeEvents(events: readonly ServiceEvent[]): void {
    if (this.#wanted.length === 0) return
    for (const event of events) {
      if (event.kind === 'rollup')
        for (const { route } of event.rows) this.#look(route, event.source === 'counts')
      if (event.kind === 'snapshot')
        for (const { route } of event.points) this.#look(route, event.counter === true)
      if (event.kind === 'gauge') for (const { metric } of event.points) this.#look(metric, true)
    }
  }

  /** A route is no metric: only an exposure may name it. */
  #look(name: string, metric: boolean): void {
    const key = `${metric ? 'm' : 'r'}${name}`
    if (this.#looked.has(key) || this.#looked.size >= namesMax) return
    this.#looked.add(key)
    this.#wanted = this.#wanted.filter(
      ({ field, glob }) => !((metric || field === 'exposure') && globMatches(glob, name)),
    )
  }

  /** A sentence each, in the order of the setting. */
  told(): string[] {
    return this.#wanted.map(({ entry, field, glob }) => {
      const what =
        field === 'match'
          ? 'no metric that came is named so'
          : 'no route or counter that came is named so'
      return `detection.metrics[${entry}].${field} ${JSON.stringify(glob)}: ${what}`
    })
  }
}
