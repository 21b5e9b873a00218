/**
 * Which way is bad for a metric of a house, by its name and unit (contract section 9): latency and errors up,
 * availability and successes down; both where nothing is known. What the settings say comes first.
 */
import type { GaugeDirection } from './gauge-filter.ts'

const up =
  /duration|latency|response_?time|(^|[._-])error|fail|exception|timeout|utili[sz]ation|(^|[._-])(lag|backlog|queue_?(size|length|depth)|retries|restarts)([._-]|$)|queue[._-].*(lag|size|length|depth)|saturation|throttl|dropped|dead_?letter/i
const down =
  /availability|(^|[._-])success|(^|[._-])uptime|(^|[._-])(apdex|hit_?(rate|ratio))([._-]|$)/i

export function gaugeDirection(metric: string): GaugeDirection {
  if (down.test(metric)) return 'down'
  return up.test(metric) ? 'up' : 'both'
}
