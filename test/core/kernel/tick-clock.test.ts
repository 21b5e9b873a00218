import { describe, expect, it } from 'vitest'
import { LagWindow, UnitClock } from '../../../src/core/kernel/tick-clock.ts'

const records = (timeMs: number, more: Partial<Parameters<UnitClock['acknowledged']>[0]> = {}) => ({
  timeMs,
  arrivedMs: timeMs,
  lagMs: 0,
  telemetry: 1,
  receivedMonotonicMs: 0,
  ...more,
})
const end = (sentMonotonicMs: number, sentWallMs = 0) => ({ sentMonotonicMs, sentWallMs })

describe('LagWindow', () => {
  it.each([
    { lags: [], delayMs: 2_000, why: 'nothing is known' },
    { lags: [500], delayMs: 2_000, why: 'never less than 2 s' },
    { lags: [7_200], delayMs: 8_000, why: 'rounded up to a second' },
    { lags: [-4_000], delayMs: 2_000, why: 'an event ahead of its arrival is not late' },
    { lags: [3_600_000], delayMs: 60_000, why: 'never more than 60 s' },
    {
      lags: [...Array<number>(99).fill(5_000), 30_000],
      delayMs: 5_000,
      why: '99 of 100 are enough',
    },
    {
      lags: [...Array<number>(98).fill(5_000), 30_000, 30_000],
      delayMs: 30_000,
      why: '98 are not',
    },
  ])('waits $delayMs ms: $why', ({ lags, delayMs }) => {
    const window = new LagWindow()
    for (const lagMs of lags) window.add(lagMs, 0)
    expect(window.delayMs(0)).toBe(delayMs)
  })

  it('forgets lags after five minutes', () => {
    const window = new LagWindow()
    window.add(40_000, 0)
    window.add(3_000, 200_000)
    expect(window.delayMs(299_000)).toBe(40_000)
    expect(window.delayMs(331_000)).toBe(3_000)
    expect(window.delayMs(900_000)).toBe(2_000)
  })
})

describe('UnitClock', () => {
  it('says nothing before it has heard anything', () => {
    expect(new UnitClock().take()).toEqual({ timeMs: null, telemetry: 0 })
  })

  it('uses the wall clock at the end of a partition that never had a record', () => {
    const clock = new UnitClock()
    clock.answered(end(10, 1_000_000))
    expect(clock.take().timeMs).toBe(998_000)
  })

  it('tells the time of what was acknowledged while records keep coming', () => {
    const clock = new UnitClock()
    clock.acknowledged(records(50_000))
    clock.answered(null)
    expect(clock.take()).toEqual({ timeMs: 50_000, telemetry: 1 })
  })

  it('never goes backwards', () => {
    const clock = new UnitClock()
    clock.acknowledged(records(50_000))
    clock.acknowledged(records(40_000))
    clock.answered(end(0))
    expect(clock.take().timeMs).toBe(50_000)
  })

  it('goes on at the end by arrival plus time passed less the usual lag', () => {
    const clock = new UnitClock()
    clock.acknowledged(
      records(50_000, { arrivedMs: 55_000, lagMs: 5_000, receivedMonotonicMs: 1_000 }),
    )
    clock.answered(end(21_000, 9_999_999))
    // 55 s + 20 s - 5 s; the wall clock has no say after the first record.
    expect(clock.take().timeMs).toBe(70_000)
  })

  it('counts from when the fetch that found the end was sent, not from its answer', () => {
    const clock = new UnitClock()
    clock.acknowledged(records(50_000, { receivedMonotonicMs: 1_000 }))
    clock.answered(end(900))
    // The fetch was sent before the record was received: no time has passed.
    expect(clock.take().timeMs).toBe(50_000)
  })

  it('says nothing without an answer since the last tick: a process that wakes knows nothing', () => {
    const clock = new UnitClock()
    clock.acknowledged(records(50_000))
    clock.answered(end(1_000))
    expect(clock.take().timeMs).toBe(50_000)
    expect(clock.take().timeMs).toBeNull()
    clock.answered(end(600_000))
    expect(clock.take().timeMs).toBe(648_000)
  })

  it('counts records of telemetry once', () => {
    const clock = new UnitClock()
    clock.acknowledged(records(1, { telemetry: 3 }))
    clock.acknowledged(records(2, { telemetry: 4 }))
    expect(clock.take().telemetry).toBe(7)
    expect(clock.take().telemetry).toBe(0)
  })
})
