/**
 * The longest tick of a `detect` unit: 20 services of 10 routes, spans in windows of 10 s, three hours without a
 * release. What every service does at once (the sentinels' hour, the fold of an hour into the past) makes one tick
 * long, and while it lasts nothing else of the unit is said. CPU time.
 */
import type { Rollup } from '../../src/contracts/service-events.ts'
import { DetectUnit } from '../support/detect-unit.ts'
import { minuteOfLatency } from '../support/latency-minutes.ts'
import { seededRandom } from '../support/random.ts'

const services = 20
const routes = Array.from({ length: 10 }, (_, route) => `GET /things/${route}`)
const startMs = Date.parse('2026-06-01T00:10:00Z')
const windowMs = 10_000
const hourMs = 3_600_000
const hours = 4

export async function run(): Promise<{ name: string; ours: number; unit: string }[]> {
  const unit = new DetectUnit()
  const random = seededRandom(1)
  // Three of each service: drawing them afresh would take longer than what is measured.
  const drawn = Array.from({ length: services * 3 }, (_, at) => rollupOf(at % services, random))
  const times: { atMs: number; seconds: number }[] = []
  for (let atMs = startMs; atMs < startMs + hours * hourMs; atMs += windowMs) {
    const from = Math.floor(random() * 3) * services
    for (const rollup of drawn.slice(from, from + services)) {
      unit.tell({ ...rollup, startMs: atMs, arrivedMs: atMs + windowMs })
    }
    const started = process.cpuUsage()
    unit.tick(atMs + windowMs)
    const { user, system } = process.cpuUsage(started)
    times.push({ atMs, seconds: (user + system) / 1e6 })
    await unit.commit()
  }
  const rounded = (value: number) => Math.round(value * 1000) / 1000
  const name = `a tick of ${services} services of ${routes.length} routes without a release`
  // Sentinels begin for the first time when 20 minutes are known: of services that began together, together.
  const isFirst = ({ atMs }: (typeof times)[number]) => atMs < startMs + hourMs
  const ascending = (of: typeof times) => of.map(({ seconds }) => seconds).sort((x, y) => x - y)
  const [first, later] = [times.filter(isFirst), times.filter((each) => !isFirst(each))]
  const rows = { 'first hour, longest': ascending(first).at(-1)!, ...shape(ascending(later)) }
  return Object.entries(rows).map(([of, seconds]) => ({
    name: `${name}: ${of}`,
    ours: rounded(seconds),
    unit: 'CPU-seconds',
  }))
}

const shape = (sorted: readonly number[]) => ({
  'then longest': sorted.at(-1)!,
  'then p99': sorted[Math.floor(sorted.length * 0.99)]!,
  'then median': sorted[sorted.length >> 1]!,
})

function rollupOf(service: number, random: () => number): Rollup {
  const key = `production/shop/service-${service}`
  const told = { atMs: startMs, version: '1', median: 0.05, random, requests: 60 }
  const minute = minuteOfLatency({ ...told, service: key, routes })
  return { ...minute, source: 'spans', sizeMs: windowMs, spacingMs: 0 }
}

if (import.meta.main) console.table(await run())
