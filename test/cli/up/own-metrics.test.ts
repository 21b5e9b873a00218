import { describe, expect, it } from 'vitest'
import { OwnMetrics } from '../../../src/cli/up/own-metrics.ts'
import type { UnitStatus } from '../../../src/engine/unit-status.ts'
import { DetectUnit } from '../../support/detect-unit.ts'
import { rollupOf } from '../../support/service-events.ts'

const startMs = Date.parse('2026-11-20T00:00:00Z')
const units = [{ unit: 'detect/0', state: 'running', commits: 0, commitMs: 0 }] as UnitStatus[]
const memory = { rss: 3_000, heapUsed: 2_000, external: 1_000 }
const textOf = (metrics: OwnMetrics, nowMs = startMs) =>
  metrics.text({ units, releases: [], incidents: [], nowMs, memory })

/** Contract section 12, and what design.md says is counted beside it. */
const announced = [
  'culprit_ingest_records_total counter',
  'culprit_ingest_refused_total counter',
  'culprit_events_late_total counter',
  'culprit_events_dropped_total counter',
  'culprit_windows_incomplete_total counter',
  'culprit_tick_lag_seconds gauge',
  'culprit_releases_unjoined gauge',
  'culprit_windows_closed_total counter',
  'culprit_commits_total counter',
  'culprit_commit_seconds gauge',
  'culprit_watermark_lag_seconds gauge',
  'culprit_series gauge',
  'culprit_series_overflow_total counter',
  'culprit_verdicts_total counter',
  'culprit_placebo_alarm_ratio gauge',
  'culprit_release_regression gauge',
  'culprit_incidents_open gauge',
  'culprit_deliveries_total counter',
  'culprit_dead_letters_total counter',
  'culprit_units_absent gauge',
]

describe('the metrics of Culprit itself', () => {
  it.each(announced)('announce %s from the start', (line) => {
    const text = textOf(new OwnMetrics())

    expect(text).toContain(`# TYPE ${line}\n`)
    expect(text).toMatch(new RegExp(`# HELP ${line.split(' ')[0]} \\S`))
  })

  it('say nothing of what there is none of yet', () => {
    const lines = textOf(new OwnMetrics()).split('\n')
    const rows = (name: string) => lines.filter((line) => line.startsWith(name))

    expect(rows('culprit_deliveries_total')).toEqual([])
    expect(rows('culprit_placebo_alarm_ratio')).toEqual([])
    expect(rows('culprit_tick_lag_seconds')).toEqual([])
  })

  it('tell the memory of the process', () => {
    const text = textOf(new OwnMetrics())

    expect(text).toContain('process_resident_memory_bytes 3000\n')
    expect(text).toContain('nodejs_heap_size_used_bytes 2000\n')
    expect(text).toContain('nodejs_external_memory_bytes 1000\n')
  })

  it('tell how far the ticks go and which units windows close without', () => {
    const metrics = new OwnMetrics()
    const told = new DetectUnit({
      observer: { ticked: (unit, tick) => metrics.ticks.set(unit, tick) },
    })
    const roster = { 'ingest/otlp_spans': 2 }
    for (let atMs = startMs; atMs <= startMs + 70_000; atMs += 1_000) {
      told.tell({ kind: 'tick', units: { 'ingest/otlp_spans/0': atMs }, records: 1, roster })
    }
    const text = textOf(metrics, startMs + 75_000)

    expect(text).toContain('culprit_tick_lag_seconds 5\n')
    expect(text).toContain('culprit_units_absent 1\n')
    expect(metrics.leftOut(units)).toEqual(['ingest/otlp_spans/1'])
    expect(metrics.leftOut([]), 'of a partition that another process has').toEqual([])
  })

  it('count what was beyond each limit', () => {
    const metrics = new OwnMetrics()
    const told = new DetectUnit({
      settings: { servicesMax: 1, versionsMax: 2 },
      observer: { overflow: (limit, count) => metrics.overflow(limit, count) },
    })
    for (let i = 0; i < 4; i++) told.tell(rollupOf(`1.${i}`, startMs))
    told.tell({ ...rollupOf('1', startMs), service: 'production/shop/more' })
    told.tick(startMs + 30_000)

    expect(textOf(metrics)).toContain('culprit_series_overflow_total{limit="services"} 1\n')
    expect(textOf(metrics)).toContain('culprit_series_overflow_total{limit="versions"} 2\n')
    expect(textOf(metrics)).toContain('culprit_series_overflow_total{limit="routes"} 0\n')
  })

  it('share the placebo watches that alarmed', () => {
    const metrics = new OwnMetrics()
    const told = new DetectUnit({
      observer: { placeboEnded: (alarmed) => metrics.placebo(alarmed) },
    })
    for (let atMs = startMs; atMs < startMs + 90 * 60_000; atMs += 10_000) {
      const [row] = rollupOf('1', atMs).rows
      told.tell({ ...rollupOf('1', atMs), rows: [{ ...row!, requests: 300, errors: 1 }] })
      told.tick(atMs + 9_999)
    }

    expect(textOf(metrics)).toContain('culprit_placebo_alarm_ratio 0\n')
  })
})
