import { describe, expect, it } from 'vitest'
import { applyTick, emptyWatermark } from '../../../src/core/rollup/watermark.ts'

describe('the watermark', () => {
  it('is the least over all units and never goes back', () => {
    const state = emptyWatermark()
    applyTick(state, { units: { a: 50_000, b: 40_000 } })
    applyTick(state, { units: { a: 51_000, b: 30_000 } })

    expect(state.ratesMs).toBe(40_000)
  })

  it('goes on without a unit that no tick has named for 60 s, and counts it', () => {
    const state = emptyWatermark()
    applyTick(state, { units: { a: 10_000, b: 10_000 } })
    for (let atMs = 11_000; atMs <= 70_000; atMs += 1_000) applyTick(state, { units: { a: atMs } })
    expect(state.ratesMs).toBe(10_000)

    applyTick(state, { units: { a: 70_001 } })
    expect(state).toMatchObject({ ratesMs: 70_001, absent: 1 })
  })

  it('holds nobody absent for the time in which all of ingest was down', () => {
    const state = emptyWatermark()
    applyTick(state, { units: { a: 10_000, b: 10_000 } })
    applyTick(state, { units: { a: 910_000 } })
    expect(state).toMatchObject({ ratesMs: 10_000, absent: 0 })

    applyTick(state, { units: { a: 911_000, b: 905_000 } })
    expect(state.ratesMs).toBe(905_000)
  })

  it('goes on at once without a unit whose process ended in order', () => {
    const state = emptyWatermark()
    applyTick(state, { units: { 'http/1': 10_000, b: 50_000 } })
    applyTick(state, { units: { b: 51_000 }, left: ['http/1'] })

    expect(state).toMatchObject({ ratesMs: 51_000, absent: 0 })
  })

  it('waits for the units of the roster that have not spoken yet, so that a cold start makes nothing late', () => {
    const state = emptyWatermark()
    const roster = { 'ingest/otlp_spans': 2 }
    applyTick(state, { units: { 'ingest/otlp_spans/0': 500_000 }, roster })
    expect(state.ratesMs).toBe(-1)

    applyTick(state, { units: { 'ingest/otlp_spans/1': 90_000 }, roster })
    expect(state.ratesMs).toBe(90_000)
  })

  it('waits for a unit of the roster no longer than for any other, until it speaks', () => {
    const state = emptyWatermark()
    const roster = { spans: 2 }
    for (let atMs = 0; atMs <= 90_000; atMs += 1_000) {
      applyTick(state, { units: { 'spans/0': atMs }, roster })
    }
    expect(state).toMatchObject({ ratesMs: 90_000, absent: 1, leftOut: ['spans/1'] })

    applyTick(state, { units: { 'spans/0': 95_000, 'spans/1': 91_000 }, roster })
    expect(state).toMatchObject({ ratesMs: 91_000, leftOut: [] })
  })

  it('holds nobody absent while a group shares out its partitions and only doors speak', () => {
    const state = emptyWatermark()
    const roster = { spans: 2 }
    applyTick(state, { units: { 'spans/0': 10_000, 'spans/1': 10_000, 'http/1': 10_000 }, roster })
    for (let atMs = 11_000; atMs <= 200_000; atMs += 1_000) {
      applyTick(state, { units: { 'http/1': atMs }, roster })
    }
    expect(state).toMatchObject({ ratesMs: 10_000, absent: 0 })
  })

  it('lets error kinds wait for the logs, at most 60 s', () => {
    const state = emptyWatermark()
    applyTick(state, { units: { 'ingest/otlp_spans/0': 100_000, 'ingest/otlp_logs/0': 80_000 } })
    expect(state).toMatchObject({ ratesMs: 100_000, kindsMs: 80_000 })

    applyTick(state, { units: { 'ingest/otlp_spans/0': 150_000, 'ingest/otlp_logs/0': 80_000 } })
    expect(state).toMatchObject({ ratesMs: 150_000, kindsMs: 90_000 })
  })
})
