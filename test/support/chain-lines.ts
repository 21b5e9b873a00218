/**
 * A chain of services, each calling the next, that report one-minute metrics at seconds of their own. The
 * failures of one of them are those of all its callers. Seeded: the same options give the same lines.
 */
import { attributes } from './otlp-attributes.ts'
import { metricPoint } from './metric-block.ts'
import { deploymentLine, poisson } from './otlp-lines.ts'
import { seededRandom } from './random.ts'

const minuteMs = 60_000

export interface ChainOptions {
  readonly seed: number
  readonly startMs: number
  readonly services: number
  readonly minutes: number
  /** When each of the services that are released goes from version 1 to 2, ms since the epoch. */
  readonly releasedAtMs: Readonly<Record<string, number>>
  readonly guilty: string
  /** Share of its requests that fail since its release. */
  readonly failing: number
  /** How long after the one before it in the chain each service reports. */
  readonly apartMs: number
}

function metric(name: string, endMs: number, points: readonly [number, Record<string, string>][]) {
  const dataPoints = points
    .filter(([count]) => count > 0)
    .map(([count, values]) => metricPoint(endMs, count, values))
  return { name, unit: 's', histogram: { aggregationTemporality: 1, dataPoints } }
}

/** Lines and deployment events with their arrival, in its order. */
export function chainLines(options: ChainOptions): [text: string, atMs: number][] {
  const { seed, startMs, services, minutes, releasedAtMs, guilty, failing, apartMs } = options
  const random = seededRandom(seed)
  const names = Array.from({ length: services }, (_, i) => `s${i}`)
  const lines: [string, number][] = []
  for (const [service, atMs] of Object.entries(releasedAtMs)) {
    lines.push([deploymentLine({ atMs, version: '2', previous: '1', service }), atMs])
  }
  for (let minute = 1; minute <= minutes; minute++) {
    for (const [i, name] of names.entries()) {
      const endMs = startMs + minute * minuteMs + i * apartMs
      const releasedMs = releasedAtMs[name] ?? Infinity
      const guiltyMs = releasedAtMs[guilty] ?? Infinity
      const bad = Math.min(1, Math.max(0, (endMs - guiltyMs) / minuteMs)) * failing
      const suffers = i <= names.indexOf(guilty)
      const requests = poisson(random, 600)
      const failed = poisson(random, requests * (0.002 + (suffers ? bad : 0)))
      const error = { 'error.type': '500', 'http.response.status_code': '500' }
      const own: [number, Record<string, string>][] = [
        [requests - failed, { 'http.route': '/', 'http.response.status_code': '200' }],
        [failed, { 'http.route': '/', ...error }],
      ]
      const callee = names[i + 1]
      const calls: [number, Record<string, string>][] = [
        [requests - failed, { 'server.address': callee ?? '' }],
        [failed, { 'server.address': callee ?? '', ...error }],
      ]
      const resource = attributes({
        'service.name': name,
        'service.namespace': 'shop',
        'deployment.environment.name': 'production',
        'service.version': endMs > releasedMs ? '2' : '1',
        'service.instance.id': name,
      })
      const metrics = [
        metric('http.server.request.duration', endMs, own),
        ...(callee === undefined ? [] : [metric('http.client.request.duration', endMs, calls)]),
      ]
      const block = { resource: { attributes: resource }, scopeMetrics: [{ metrics }] }
      lines.push([JSON.stringify({ resourceMetrics: [block] }), endMs])
    }
  }
  return lines.sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
}
