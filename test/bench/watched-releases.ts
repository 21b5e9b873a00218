/**
 * What 100 watched releases of 50 routes cost a unit of `detect`: spans in windows of 10 s, two hours of history, a
 * release every window, and half an hour in which all are watched. From a closed window to its findings lies one tick.
 * CPU time.
 */
import type { Rollup, ServiceEvent } from '../../src/contracts/service-events.ts'
import { detectProcessor } from '../../src/processors/detect/detect.ts'
import { topicNames } from '../../src/processors/topics.ts'
import { minuteOfLatency } from '../support/latency-minutes.ts'
import { detectDefaults } from '../support/pipeline.ts'
import { seededRandom } from '../support/random.ts'
import { deploymentOf } from '../support/service-events.ts'
import type { BenchRow } from './otlp-read.ts'

const unit = 'detect/0'
const topics = topicNames('culprit.')
const services = 100
const routes = Array.from({ length: 50 }, (_, route) => `GET /things/${route}`)
const requests = 10
const startMs = Date.parse('2026-06-01T00:10:00Z')
const windowMs = 10_000
const watchedMs = 30 * 60_000
const firstMs = startMs + 2 * 3_600_000
/** Drawing them afresh would take longer than what is measured. */
const drawnEach = 3

export function run(count = services): BenchRow[] {
  const machine = detectProcessor({ ...detectDefaults, servicesMax: count }, topics).open(unit, [])
  let offset = 0
  const apply = (event: ServiceEvent): number => {
    const value = Buffer.from(JSON.stringify(event))
    const where = { topic: topics.serviceEvents, partition: 0, offset: offset++ }
    const headers = { 'culprit-schema': 'service-events/1' }
    return machine.apply({ ...where, key: null, value, headers, atMs: 0 }).length
  }
  const random = seededRandom(1)
  const drawn = Array.from({ length: count }, (_, service) =>
    Array.from({ length: drawnEach }, () => rollupOf(service, random)),
  )
  const ticks: number[] = []
  let findings = 0
  const allMs = firstMs + count * windowMs
  for (let atMs = startMs; atMs < allMs + watchedMs; atMs += windowMs) {
    for (const [service, own] of drawn.entries()) {
      const rollup = own[Math.floor(random() * drawnEach)]!
      const releasedMs = firstMs + service * windowMs
      const version = atMs >= releasedMs ? '2' : '1'
      apply({ ...rollup, version, startMs: atMs, arrivedMs: atMs + windowMs })
      if (atMs === releasedMs) {
        const told = { eventId: rollup.service, atMs, service: rollup.service, version: '2' }
        apply(deploymentOf(told))
      }
    }
    const started = process.cpuUsage()
    const told = apply({ kind: 'tick', units: { 'http/0': atMs + windowMs }, records: 1 })
    // They are published when the state has been committed.
    machine.takeChanges()
    const { user, system } = process.cpuUsage(started)
    if (atMs < allMs) continue
    ticks.push((user + system) / 1e6)
    findings += told
  }
  if (findings < count) throw new Error(`${findings} findings of ${count} watched releases`)
  ticks.sort((a, b) => a - b)
  const name = `a window of ${count} watched releases of ${routes.length} routes, to its findings`
  const at = (share: number) =>
    Math.round(ticks[Math.floor(share * (ticks.length - 1))]! * 1000) / 1000
  return [
    { name: `${name}: median`, ours: at(0.5), unit: 'CPU-seconds' },
    { name: `${name}: p99`, ours: at(0.99), unit: 'CPU-seconds (at most 2)' },
  ]
}

function rollupOf(service: number, random: () => number): Rollup {
  const key = `production/shop/service-${service}`
  const told = { atMs: startMs, version: '1', median: 0.05, random, requests }
  const minute = minuteOfLatency({ ...told, service: key, routes })
  return { ...minute, source: 'spans', sizeMs: windowMs, spacingMs: 0 }
}

if (import.meta.main) console.table(run(Number(process.argv[2] ?? services)))
