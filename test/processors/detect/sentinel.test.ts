import { expect, it } from 'vitest'
import { Fleet } from '../../../src/processors/detect/fleet.ts'
import { absorbRollup } from '../../../src/processors/detect/absorb.ts'
import { Dirty } from '../../../src/processors/detect/dirty.ts'
import { ServiceRun } from '../../../src/processors/detect/service-run.ts'
import { emptyService } from '../../../src/processors/detect/service-state.ts'
import { detectDefaults } from '../../support/pipeline.ts'
import { rollupOf } from '../../support/service-events.ts'

const startMs = Date.parse('2026-11-20T00:00:00Z')
const stepMs = 300_000

it('watches over a service whose metrics come every five minutes, beside sampled spans', () => {
  const dirty = new Dirty()
  const state = emptyService('production/shop/checkout')
  const service = new ServiceRun(state, {
    settings: detectDefaults,
    dirty,
    heard: () => true,
    lost: () => false,
    bucketClosed: () => undefined,
    fleet: new Fleet(),
    counted: () => undefined,
  })
  const into = { dirty, versionsMax: 4 }
  for (let atMs = startMs; atMs < startMs + 3_600_000; atMs += 10_000) {
    absorbRollup(state, rollupOf('1', atMs), into)
    const pointMs = atMs - startMs
    if (pointMs > 0 && pointMs % stepMs === 0) {
      const [row] = rollupOf('1', atMs).rows
      const rows = [{ ...row!, requests: 800 }]
      const point = { source: 'metrics', startMs: atMs - 1, spacingMs: stepMs, rows } as const
      absorbRollup(state, { ...rollupOf('1', atMs), ...point }, into)
    }
    service.advance({ ratesMs: atMs, kindsMs: atMs, endMs: null })
  }

  expect(state.sentinel).toMatchObject({ source: 'metrics', stepMs })
})
