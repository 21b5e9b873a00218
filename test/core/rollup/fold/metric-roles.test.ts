/** Which gauges of a house are judged, by their names. */
import { describe, expect, it } from 'vitest'
import type { Metric } from '../../../../src/core/intake/otlp/telemetry.ts'
import type { MetricRule } from '../../../../src/core/rollup/metric-rules.ts'
import { roleOf } from '../../../../src/core/rollup/fold/metric-roles.ts'

const gauge = (name: string): Metric => {
  return { scope: '', name, unit: '', kind: 'gauge', temporality: 0, monotonic: false, points: [] }
}

describe('a gauge that tells which process it is', () => {
  const names = [
    'process_start_time_seconds',
    'app.start_time',
    'app.started_at',
    'build_number',
    'app.build',
    'app.build.info',
    'service_version',
    'git-revision',
    'worker.pid',
  ]

  it.each(names)('is not judged: %s', (name) => {
    expect(roleOf(gauge(name))).toEqual({ is: 'unused' })
  })

  it('is judged where the settings name it', () => {
    const rules: MetricRule[] = [{ match: 'build_*', signal: 'gauge' }]

    expect(roleOf(gauge('build_number'), rules)).toEqual({ is: 'value' })
  })
})

describe('another gauge is judged', () => {
  it.each([
    'startup.duration',
    'cold_starts',
    'builds.failed',
    'build_queue_length',
    'conversions',
    'rapid.requests',
    'queue.size',
    'metric_17',
  ])('%s', (name) => {
    expect(roleOf(gauge(name))).toEqual({ is: 'value' })
  })
})
