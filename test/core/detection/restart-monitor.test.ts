/** Restarts against minutes of instances: found where they begin, believed where they are usual, over when quiet. */
import { describe, expect, it } from 'vitest'
import { RestartMonitor } from '../../../src/core/detection/restart-monitor.ts'
import { poisson } from '../../support/otlp-lines.ts'
import { seededRandom } from '../../support/random.ts'

const scope = { route: null, fingerprint: null, metric: 'k8s.container.restarts', caller: null }
const alarm = Math.log(20)
const monitorOf = (history: { restarts: number; minutes: number }) =>
  new RestartMonitor({ scope, startMs: 0, history })

/** Greatest evidence of an hour's watch of three instances, at so many counted restarts an hour of each. */
function loudest(seed: number, perHour: number): number {
  const random = seededRandom(seed)
  const draw = () => poisson(random, (3 * perHour) / 60)
  const restarts = Array.from({ length: 120 }, draw).reduce((sum, each) => sum + each, 0)
  const monitor = monitorOf({ restarts, minutes: 360 })
  let most = 0
  for (let minute = 0; minute < 60; minute++) {
    monitor.push({ restarts: draw(), instances: 3 })
    most = Math.max(most, monitor.logE)
  }
  return most
}

describe('restarts as they always were', () => {
  it.each([0.01, 0.1, 1, 5])(
    'are an alarm in no hour of 200, at %d an hour (seeds 1 to 200)',
    (perHour) => {
      const alarms = Array.from({ length: 200 }, (_, i) => loudest(i + 1, perHour))

      expect(alarms.filter((most) => most >= alarm)).toHaveLength(0)
    },
  )
})

describe('restarts that begin', () => {
  it('need several: one is none, and seven in ten minutes are enough', () => {
    const monitor = monitorOf({ restarts: 0, minutes: 360 })
    monitor.push({ restarts: 1, instances: 3 })
    const one = monitor.logE
    for (let minute = 0; minute < 9; minute++) {
      monitor.push({ restarts: minute < 6 ? 1 : 0, instances: 3 })
    }

    expect(one).toBeLessThan(Math.log(10))
    expect(monitor.logE).toBeGreaterThan(alarm)
    expect(monitor.evidence({ weight: 1 })).toMatchObject({
      onset: { atMs: 0 },
      observed: { events: 7, exposure: 30 },
      gauge: { unit: '{restart}/h', usual: 0, shift: 14 },
    })
  })

  it('say no less however the minutes without any are cut', () => {
    const [whole, cut] = [
      monitorOf({ restarts: 0, minutes: 99 }),
      monitorOf({ restarts: 0, minutes: 99 }),
    ]
    whole.push({ restarts: 4, instances: 4 })
    for (let part = 0; part < 4; part++) cut.push({ restarts: 1, instances: 1 })

    expect(cut.logE).toBe(whole.logE)
  })
})

describe('the end of them', () => {
  const monitor = monitorOf({ restarts: 0, minutes: 360 })
  for (let minute = 0; minute < 10; minute++) monitor.push({ restarts: 2, instances: 3 })
  const after = (minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) monitor.push({ restarts: 0, instances: 3 })
    return monitor.evidence({ weight: 1 })
  }

  it('is believed ten minutes after the last: a cluster waits five', () => {
    expect(after(9)).toMatchObject({ recovered: 0, recoveredForMs: 0 })
    expect(after(5)).toMatchObject({ recovered: 1, recoveredForMs: 240_000 })
  })
})

describe('an hour without any', () => {
  it('excludes a rate at which some would have been seen', () => {
    const monitor = monitorOf({ restarts: 0, minutes: 360 })
    for (let minute = 0; minute < 60; minute++) monitor.push({ restarts: 0, instances: 3 })

    expect(monitor.evidence({ weight: 1 }).gauge!.excluded).toBeCloseTo(alarm / 3, 10)
  })
})
