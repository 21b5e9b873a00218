/**
 * CPU per request: what a service's instances spend on its requests, less what they spend on being there.
 *
 * An idle process has its collector, exporters and probes: seconds of CPU a minute that no request took. Per request
 * they grow as traffic falls, without anything having become worse. So the idle part is fitted on the service's own
 * history (seconds against requests, both an instance's in a minute) and taken off, and a minute is judged only where
 * that is safe: enough requests, no more idle time than work, and traffic as history knows it [choice].
 */
import { ascending, median, quantileSorted } from '../kernel/math/order-statistics.ts'

export const cpuPerRequestUnit = 's/{request}'

/** Of a service, or of one version of it, in one minute. */
export interface CpuMinute {
  /** CPU time of all instances. */
  readonly seconds: number
  readonly requests: number
  readonly instances: number
}

export interface CpuCost {
  /** CPU time of an instance in a minute without requests. */
  readonly idleSeconds: number
  /** Requests of an instance in a minute: what history knows lies between. */
  readonly from: number
  readonly to: number
}

/**
 * One a second. With fewer a minute holds so few that single expensive ones, a collection of garbage or an export
 * decide its figure.
 */
export const requestsMin = 60
/** Beyond it the fit of the idle part decides the figure, not the requests. */
const idleShareMax = 0.5
const edge = 0.02
const beyond = 0.1
/** Where traffic hardly varied nothing tells idle time from work: no part is taken off, and only such traffic is judged. */
const variedMin = 1.5
const bins = 10
const minutesMin = 60

/** Null where history is too short. */
export function cpuCost(history: readonly (CpuMinute | null)[]): CpuCost | null {
  const points = history.flatMap((minute) => {
    if (minute === null || minute.instances === 0 || minute.requests < requestsMin) return []
    const { seconds, requests, instances } = minute
    return [{ rate: requests / instances, used: seconds / instances }]
  })
  if (points.length < minutesMin) return null
  const rates = ascending(points.map(({ rate }) => rate))
  const [from, to] = [quantileSorted(rates, edge), quantileSorted(rates, 1 - edge)]
  const idleSeconds = to < variedMin * from ? 0 : idleOf(points)
  return { idleSeconds, from: from * (1 - beyond), to: to * (1 + beyond) }
}

interface Point {
  readonly rate: number
  readonly used: number
}

/** Where the line through the medians of ten groups, from the quietest minutes to the busiest, meets no requests. */
function idleOf(points: readonly Point[]): number {
  const sorted = [...points].sort((a, b) => a.rate - b.rate || a.used - b.used)
  const middles = Array.from({ length: bins }, (_, bin) => {
    const part = sorted.slice(
      Math.floor((bin * sorted.length) / bins),
      Math.floor(((bin + 1) * sorted.length) / bins),
    )
    return {
      rate: median(part.map(({ rate }) => rate)),
      used: median(part.map(({ used }) => used)),
    }
  })
  const meanOf = (value: (point: Point) => number) =>
    middles.reduce((sum, point) => sum + value(point), 0) / bins
  const [rate, used] = [meanOf((each) => each.rate), meanOf((each) => each.used)]
  const spread = meanOf((each) => (each.rate - rate) ** 2)
  const slope = meanOf((each) => (each.rate - rate) * (each.used - used)) / spread
  return Math.min(used, Math.max(0, used - slope * rate))
}

/** Seconds of CPU for each request, the idle part taken off; null for a minute that is not judged. */
export function costOf(minute: CpuMinute, { idleSeconds, from, to }: CpuCost): number | null {
  const { seconds, requests, instances } = minute
  if (requests < requestsMin || instances === 0 || !(seconds > 0)) return null
  const rate = requests / instances
  if (rate < from || rate > to) return null
  const idle = idleSeconds * instances
  return idle > idleShareMax * seconds ? null : (seconds - idle) / requests
}

/**
 * The instances of one version in a minute (sum of their seconds, of their squares, count) as the costs that they
 * would have with an equal share of the requests each: how far they lie apart.
 */
export function costCell(
  [sum, squares, count]: readonly [sum: number, squares: number, count: number],
  requests: number,
  { idleSeconds }: CpuCost,
): [sum: number, squares: number, count: number] {
  const each = count / requests
  const idle = idleSeconds
  return [
    (sum - idle * count) * each,
    (squares - 2 * idle * sum + count * idle * idle) * each * each,
    count,
  ]
}
