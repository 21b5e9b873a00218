/**
 * A unit that is opened again in the middle of a watch says what it would have said, byte for byte: what its streams were
 * built from is what they are built from again, though hours have been let go since.
 */
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/contracts/findings.ts'
import type { Gauge, Rollup } from '../../../src/contracts/service-events.ts'
import { hashFacts } from '../../../src/core/kernel/ids.ts'
import { countBytes } from '../../../src/core/rollup/count-bytes.ts'
import { wholeService } from '../../../src/core/rollup/count-history.ts'
import { restoreServices } from '../../../src/processors/detect/entries.ts'
import type { ServiceState } from '../../../src/processors/detect/service-state.ts'
import { DetectUnit } from '../../support/detect-unit.ts'
import { normals } from '../../support/gauge-lines.ts'
import { poisson } from '../../support/otlp-lines.ts'
import { seededRandom } from '../../support/random.ts'
import { deploymentOf, minuteOfMetrics } from '../../support/service-events.ts'

const startMs = Date.parse('2026-11-20T06:00:00Z')
const minuteMs = 60_000
/** Of requests. */
const stepMs = 30_000
const watchMinutes = 60
const service = 'production/shop/checkout'
const instances = [1, 2, 3, 4]

interface Story {
  readonly seed: number
  /** Minutes before the release. */
  readonly before: number
  /** Instances that the release reaches. */
  readonly renewed: number
  /** Another service comes with the release, of more traffic. */
  readonly crowded?: boolean
  readonly historyBytesMax?: number
  /** Minutes into the watch after which the unit is opened again. */
  readonly reopensAt?: readonly number[]
}

interface Told {
  readonly findings: readonly string[]
  /** Unit and mode of the gauges that were judged. */
  readonly judged: ReadonlySet<string>
  /** Of the counts of weeks, when the release came. */
  readonly bytes: number
  /** Series whose counts of weeks are there at the end. */
  readonly kept: ReadonlySet<string>
}

async function tell(story: Story): Promise<Told> {
  const { seed, before, renewed, crowded, historyBytesMax, reopensAt = [] } = story
  const unit = new DetectUnit({ settings: historyBytesMax ? { historyBytesMax } : {} })
  const random = seededRandom(seed)
  const normal = normals(seed)
  const findings: Finding[] = []
  let bytes = 0
  const releaseMs = startMs + before * minuteMs
  for (let minute = 0; minute < before + watchMinutes; minute++) {
    const atMs = startMs + minute * minuteMs
    // A shorter past is another past.
    const busy = 1.5 + Math.sin(minute / 47)
    for (const instance of instances) {
      const version = minute >= before && instance <= renewed ? '2' : '1'
      const requests = poisson(random, 300 * busy)
      const told = { version, instances: [instance] }
      for (const halfMs of [atMs, atMs + stepMs]) unit.tell(halfMinute(halfMs, requests / 2, told))
      const cpu = 1 + 0.01 * requests * (1 + 0.05 * normal())
      // The same in all, ever less alike.
      const queue = 50 + (instance - 2.5) * (8 - minute / 100) + normal()
      unit.tell(gaugesOf({ atMs, version, instance }, [cpu, queue]))
    }
    if (crowded === true && minute >= before - 30) {
      for (const halfMs of [atMs, atMs + stepMs]) unit.tell(crowd(halfMs))
    }
    if (minute === before) {
      const told = { eventId: 'e', atMs: releaseMs, version: '2', previousVersion: '1' }
      findings.push(...unit.tell(deploymentOf(told)))
      bytes = countBytes((await keptOf(unit)).past.counts.metrics)
    }
    findings.push(...unit.tick(atMs + minuteMs))
    if (reopensAt.includes(minute - before)) await unit.reopen()
  }
  const judged = new Set(
    findings.flatMap((each) =>
      each.kind === 'evidence' && each.release !== null
        ? each.streams.flatMap(({ gauge, mode }) => (gauge ? [`${gauge.unit} ${mode}`] : []))
        : [],
    ),
  )
  const { hours } = (await keptOf(unit)).past.counts.metrics
  const kept = new Set([...hours.values()].flatMap(({ series }) => [...series.keys()]))
  return { findings: findings.map(markOf), judged, bytes, kept }
}

/** What it is of, and its bytes. */
function markOf(finding: Finding): string {
  const { kind } = finding
  const of = kind === 'evidence' ? `${finding.release} ${finding.service} ${finding.atMs}` : ''
  return `${kind} ${of} ${hashFacts([JSON.stringify(finding)])}`
}

function halfMinute(atMs: number, requests: number, told: Pick<Rollup, 'version' | 'instances'>) {
  const row = { route: 'POST /orders', requests, errors: 0, unanswered: 0, latency: null }
  const rollup = minuteOfMetrics({ ...told, startMs: atMs, rows: [row] })
  return { ...rollup, sizeMs: stepMs, spacingMs: stepMs, arrivedMs: atMs + stepMs }
}

function crowd(atMs: number): Rollup {
  const { rows, ...rollup } = halfMinute(atMs, 9_000, { version: '1', instances: [1] })
  const routes = Array.from({ length: 10 }, (_, i) => ({ ...rows[0]!, route: `GET /${i}` }))
  return { ...rollup, service: 'production/shop/crowd', rows: routes }
}

async function keptOf(unit: DetectUnit): Promise<ServiceState> {
  await unit.commit()
  const { entries } = await unit.store.open(unit.unit, 0)
  return restoreServices(entries).services.get(service)!
}

function gaugesOf(
  { atMs, version, instance }: { atMs: number; version: string; instance: number },
  [cpu, queue]: readonly [cpu: number, queue: number],
): Gauge {
  const timeMs = atMs + minuteMs
  const used = { metric: 'process.cpu.time', unit: 's', use: 'cpu', counted: true } as const
  return {
    kind: 'gauge',
    service,
    version,
    instance,
    arrivedMs: timeMs,
    points: [
      { ...used, series: used.metric, fromMs: atMs, timeMs, value: cpu },
      { metric: 'queue', series: 'queue', unit: '{item}', timeMs, value: queue },
    ],
  }
}

const everyTen = [5, 15, 25, 35, 45, 55]

describe('a watch with CPU per request and a gauge, opened again', () => {
  it.each([
    { why: 'with two versions side by side', renewed: 2, mode: 'split' },
    { why: 'with all at once', renewed: 4, mode: 'forecast' },
  ])('says the same $why, seed 1', async ({ renewed, mode }) => {
    const story = { seed: 1, before: 545, renewed }
    const whole = await tell(story)
    expect(whole.judged).toContain(`s/{request} ${mode}`)
    expect(whole.judged).toContain(`{item} ${mode}`)
    const again = await tell({ ...story, reopensAt: everyTen })
    expect(again.findings).toEqual(whole.findings)
  })

  it('says the same though the past had to make room for that of another service, seed 2', async () => {
    const story = { seed: 2, before: 530, renewed: 4, crowded: true }
    const historyBytesMax = (await tell(story)).bytes + 1
    const whole = await tell({ ...story, historyBytesMax })
    expect(whole.judged).toContain('s/{request} forecast')
    expect([...whole.kept]).toEqual([wholeService])
    const again = await tell({ ...story, historyBytesMax, reopensAt: everyTen })
    expect(again.findings).toEqual(whole.findings)
  })
})
