import { describe, expect, it } from 'vitest'
import { NewestWindows } from '../../../src/cli/up/newest-windows.ts'
import { WindowLine } from '../../../src/contracts/replay-lines.ts'
import { DetectUnit } from '../../support/detect-unit.ts'
import { rollupOf } from '../../support/service-events.ts'

const startMs = Date.parse('2026-11-20T00:00:00Z')
const key = (i: number) => `production/shop/s${String(i).padStart(2, '0')}`

async function pass(told: DetectUnit, services: number, fromS: number, toS: number) {
  for (let s = fromS; s < toS; s += 10) {
    for (let i = 0; i < services; i++) {
      told.tell({ ...rollupOf('1', startMs + s * 1_000), service: key(i) })
    }
    told.tick(startMs + s * 1_000 + 9_999)
  }
  await told.commit()
}

const shown = (lines: readonly object[]) =>
  lines.map((line) => {
    const { service, end } = WindowLine.parse(line)
    return `${service.name} ${end.slice(11, 19)}`
  })

describe('the windows that closed since', () => {
  it('are told once each, as replay prints them, and not the past of a service', async () => {
    const told = new DetectUnit()
    const newest = new NewestWindows(told.store)
    await pass(told, 2, 0, 60)
    expect(await newest.take([])).toEqual([])

    await pass(told, 2, 60, 80)
    expect(shown(await newest.take([]))).toEqual([
      's00 00:00:50',
      's00 00:01:00',
      's01 00:00:50',
      's01 00:01:00',
    ])
    expect(await newest.take([])).toEqual([])
  })

  it('are those of 50 services, the ones asked for first', async () => {
    const told = new DetectUnit()
    const newest = new NewestWindows(told.store)
    await pass(told, 60, 0, 40)
    await newest.take([key(59)])
    await pass(told, 60, 40, 50)
    const names = shown(await newest.take([key(59)]))

    expect(names).toHaveLength(50)
    expect(names[0]).toMatch(/^s59/)
  })

  it('go on over the hour', async () => {
    const told = new DetectUnit()
    const newest = new NewestWindows(told.store)
    await pass(told, 1, 3_540, 3_600)
    await newest.take([])
    await pass(told, 1, 3_600, 3_640)

    expect(shown(await newest.take([]))).toEqual([
      's00 00:59:50',
      's00 01:00:00',
      's00 01:00:10',
      's00 01:00:20',
    ])
  })
})
