/** What a watch is begun on: which source, and from which of its buckets. */
import { describe, expect, it } from 'vitest'
import { observeVersions } from '../../../src/core/releases/versions.ts'
import { addRow, type BucketCells, versionCells } from '../../../src/core/rollup/cells.ts'
import { openCells } from '../../../src/core/rollup/track.ts'
import { beginning } from '../../../src/processors/detect/begin-watch.ts'
import { emptyService, type ServiceState } from '../../../src/processors/detect/service-state.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minuteMs = 60_000
const release = { label: '2', firstMs: startMs }

type Source = 'spans' | 'metrics'
const stepOf = { spans: 10_000, metrics: 300_000 }

/** A service with sampled spans and five-minute metrics, nothing of it closed yet. */
function slowService(): ServiceState {
  const state = emptyService('production/shop/checkout')
  state.tracks.metrics.stepMs = stepOf.metrics
  return state
}

function close(
  state: ServiceState,
  source: Source,
  atMs: number,
  version: string,
  requests: number,
) {
  const cells: BucketCells = new Map()
  const row = { requests, errors: 0, unanswered: 0, latency: null }
  addRow(versionCells(cells, version).routes, 'GET', row)
  const endMs = atMs + stepOf[source]
  const rest = { seq: state.seq++, completeness: 1, missing: false }
  state.tracks[source].closed.push({ ...rest, startMs: atMs, endMs, cells })
  state.tracks[source].closedToMs = endMs
  observeVersions(state.versions, { startMs: atMs, endMs, source }, [{ version, requests }])
}

describe('the source of a watch', () => {
  it('is waited for while metrics have come and no bucket of theirs has closed', () => {
    const state = slowService()
    for (let k = 0; k < 12; k++) close(state, 'spans', startMs + k * stepOf.spans, '2', 1)
    openCells(state.tracks.metrics, startMs - minuteMs)

    expect(beginning(state, release, false)).toBeNull()

    close(state, 'metrics', startMs - stepOf.metrics, '1', 800)
    close(state, 'metrics', startMs, '2', 800)
    expect(beginning(state, release, false)).toMatchObject({ source: 'metrics', startMs })
  })
})

describe('the start of a watch', () => {
  it('is the first bucket of its source with the version, not the one in which spans showed it', () => {
    const state = slowService()
    close(state, 'metrics', startMs - stepOf.metrics, '1', 800)
    for (let k = 0; k < 12; k++) close(state, 'spans', startMs + k * stepOf.spans, '2', 1)
    close(state, 'metrics', startMs, '1', 800)
    expect(beginning(state, release, false)).toBeNull()

    close(state, 'metrics', startMs + stepOf.metrics, '2', 800)
    expect(beginning(state, release, false)).toMatchObject({
      source: 'metrics',
      startMs: startMs + stepOf.metrics,
    })
  })

  it('does not wait for a source that never shows the version', () => {
    const state = slowService()
    close(state, 'metrics', startMs - stepOf.metrics, '', 800)
    for (let k = 0; k < 12; k++) close(state, 'spans', startMs + k * stepOf.spans, '2', 1)
    for (let k = 0; k < 3; k++) close(state, 'metrics', startMs + k * stepOf.metrics, '', 800)

    expect(beginning(state, release, false)).toMatchObject({ source: 'metrics', startMs })
  })
})
