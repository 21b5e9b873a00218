import { describe, expect, it } from 'vitest'
import { emptyVersions, observeVersions } from '../../../src/core/releases/versions.ts'
import { absorbRollup } from '../../../src/processors/detect/absorb.ts'
import { Dirty } from '../../../src/processors/detect/dirty.ts'
import { emptyService } from '../../../src/processors/detect/service-state.ts'
import { rollupOf } from '../../support/service-events.ts'

const startMs = Date.parse('2026-11-20T00:00:00Z')
const key = 'production/shop/checkout'

const rollup = (version: string | null, atMs = startMs) => rollupOf(version, atMs)

describe('the versions of a bucket', () => {
  it('are at most four by name, and the rest is other: nothing is lost, and it is counted', () => {
    const state = emptyService(key)
    const into = { dirty: new Dirty(), versionsMax: 4 }
    absorbRollup(state, rollup(null), into)
    for (let i = 1; i <= 40; i++) absorbRollup(state, rollup(`1.${i}`), into)
    absorbRollup(state, rollup('1.2'), into)

    const cells = state.tracks.spans.open.get(startMs)!
    expect([...cells.keys()]).toEqual(['', '1.1', '1.2', '1.3', '1.4', 'other'])
    expect(cells.get('other')!.routes.get('POST /orders')!.requests).toBe(36 * 9)
    expect(cells.get('1.2')!.routes.get('POST /orders')!.requests).toBe(18)
    expect(state.counts.versions).toBe(36)
  })

  it('are counted anew in the next bucket: a version that was other may have its name there', () => {
    const state = emptyService(key)
    const into = { dirty: new Dirty(), versionsMax: 2 }
    for (const version of ['1', '2', '3']) absorbRollup(state, rollup(version), into)
    absorbRollup(state, rollup('3', startMs + 10_000), into)

    expect([...state.tracks.spans.open.get(startMs + 10_000)!.keys()]).toEqual(['3'])
  })

  it('do not make a release of other', () => {
    const versions = emptyVersions()
    const bucket = { startMs, endMs: startMs + 10_000, source: 'spans' }
    observeVersions(versions, bucket, [
      { version: '1', requests: 100 },
      { version: 'other', requests: 100 },
    ])

    expect([...versions.seen.keys()]).toEqual(['1'])
  })
})
