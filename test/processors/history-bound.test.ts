import { describe, expect, it } from 'vitest'
import type { Deployment, Snapshot } from '../../src/contracts/service-events.ts'
import { Fleet } from '../../src/processors/detect/fleet.ts'
import { takeDeployment } from '../../src/core/releases/lifecycle.ts'
import { absorbRollup, absorbSnapshot } from '../../src/processors/detect/absorb.ts'
import { Dirty } from '../../src/processors/detect/dirty.ts'
import { ServiceRun } from '../../src/processors/detect/service-run.ts'
import { emptyService } from '../../src/processors/detect/service-state.ts'
import { detectDefaults } from '../support/pipeline.ts'
import { deploymentOf, rollupOf } from '../support/service-events.ts'

const key = 'production/shop/checkout'
const startMs = Date.parse('2026-11-20T00:00:00Z')
const hourMs = 3_600_000

const deployment = (atMs: number) => deploymentOf({ eventId: 'one', version: '9.9.9', atMs })

function run() {
  const dirty = new Dirty()
  const state = emptyService(key)
  const service = new ServiceRun(state, {
    settings: detectDefaults,
    dirty,
    heard: () => true,
    lost: () => false,
    bucketClosed: () => undefined,
    fleet: new Fleet(),
    counted: () => undefined,
  })
  const pass = (fromMs: number, toMs: number, version = '1') => {
    for (let atMs = fromMs; atMs < toMs; atMs += 10_000) {
      absorbRollup(state, rollupOf(version, atMs), { dirty, versionsMax: 4 })
      service.advance({ ratesMs: atMs, kindsMs: atMs, endMs: null })
      dirty.forget()
    }
  }
  const deploy = (event: Deployment, knownMs: number) => {
    const { releases, versions } = state
    service.deploymentTaken(takeDeployment({ key, releases, versions }, event, knownMs))
  }
  return { state, dirty, pass, deploy }
}

describe('what a service keeps', () => {
  it.each([
    { knownAfterMs: 3 * hourMs, phase: 'late', why: 'was known too late' },
    { knownAfterMs: 0, phase: 'unjoined', why: 'never shows in its telemetry' },
  ])('is bounded although a release $why', ({ knownAfterMs, phase }) => {
    const { state, pass, deploy } = run()
    pass(startMs, startMs + hourMs)
    deploy(deployment(startMs + hourMs - knownAfterMs), startMs + hourMs)
    pass(startMs + hourMs, startMs + 9 * hourMs)

    expect(state.releases.map(({ finding }) => finding.phase)).toContain(phase)
    const { closed } = state.tracks.spans
    expect(closed[0]!.startMs).toBeGreaterThanOrEqual(startMs + 4 * hourMs)
  })

  it.each([
    { hours: 1, origins: ['event'], why: 'joins it' },
    { hours: 3, origins: ['event', 'inferred'], why: 'is a release of its own' },
  ])('of an event, when telemetry comes $hours h after it, $why', ({ hours, origins }) => {
    const { state, pass, deploy } = run()
    pass(startMs, startMs + hourMs)
    deploy(deployment(startMs + hourMs), startMs + hourMs)
    pass(startMs + hourMs, startMs + (1 + hours) * hourMs)
    pass(startMs + (1 + hours) * hourMs, startMs + (1.1 + hours) * hourMs, '9.9.9')

    expect(state.releases.map(({ finding }) => finding.origin)).toEqual(origins)
    const joined = state.releases.filter(({ firstWindowMs }) => firstWindowMs !== null)
    expect(joined).toHaveLength(1)
  })

  it('holds no cumulative series of instances that are gone for an hour', () => {
    const { state, dirty, pass } = run()
    for (let instance = 0; instance < 100; instance++) {
      const record: Snapshot = {
        kind: 'snapshot',
        service: key,
        version: '1',
        instance,
        arrivedMs: startMs,
        points: [
          {
            series: 'a',
            metric: 'http.server.request.duration',
            route: 'POST /orders',
            failed: false,
            unanswered: false,
            startMs: startMs - hourMs,
            timeMs: startMs,
            count: 5,
            latency: null,
          },
        ],
      }
      absorbSnapshot(state, record, { dirty, versionsMax: 4 })
    }
    expect(state.series.size).toBe(100)
    pass(startMs, startMs + 2 * hourMs)
    expect(state.series.size).toBe(0)
  })
})
