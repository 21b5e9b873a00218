import { describe, expect, it } from 'vitest'
import type { ServiceEvent } from '../../../src/contracts/service-events.ts'
import { DetectUnit } from '../../support/detect-unit.ts'
import { deploymentOf, rollupOf } from '../../support/service-events.ts'

const startMs = Date.parse('2026-11-20T00:00:00Z')
const hourMs = 3_600_000
const settings = { servicesMax: 10 }

const named = (name: string, atMs = startMs): ServiceEvent => ({
  ...rollupOf('1', atMs),
  service: `production/shop/${name}`,
})

function unit() {
  const overflow: string[] = []
  const told = new DetectUnit({
    settings,
    observer: { overflow: (limit, count) => overflow.push(`${limit} ${count}`) },
  })
  const keys = async (group: string, prefix: string) =>
    (await told.store.scan(told.unit, group, prefix)).map(({ key }) => key)
  return { told, overflow, keys }
}

/** Ticks of a live process; beyond two seconds a step is a gap in which nobody could have been heard. */
function pass(told: DetectUnit, fromMs: number, toMs: number): string[] {
  const kinds: string[] = []
  for (let atMs = fromMs; atMs < toMs; atMs += 2_000) {
    for (const finding of told.tick(atMs, 0)) if (finding.kind !== 'tick') kinds.push(finding.kind)
  }
  return kinds
}

describe('the services of a unit', () => {
  it('are bounded: telemetry of one more is refused and counted, that of the others goes on', async () => {
    const { told, overflow, keys } = unit()
    for (let i = 0; i < 14; i++) told.tell(named(`s${i}`))
    told.tell(named('s3', startMs + 10_000))
    await told.commit()

    expect(await keys('', 'service/')).toHaveLength(10)
    expect(overflow).toEqual(['services 1', 'services 1', 'services 1', 'services 1'])
  })

  it('are bounded for deployments too: one of a service that nobody knows finds no room', async () => {
    const { told, overflow, keys } = unit()
    for (let i = 0; i < 10; i++) told.tell(named(`s${i}`))
    const service = 'production/shop/more'
    told.tell({ ...deploymentOf({ eventId: 'a', atMs: startMs, version: '1' }), service })
    pass(told, startMs, startMs + 700_000)
    await told.commit()

    expect(overflow).toEqual(['services 1'])
    expect(await keys('', 'service/')).toHaveLength(10)
    expect(await keys('', 'release/')).toEqual([])
  })

  it('are forgotten with every entry after a day without a word, and make room', async () => {
    const { told, overflow, keys } = unit()
    for (let i = 0; i < 10; i++) told.tell(named(`s${i}`))
    pass(told, startMs, startMs + hourMs)
    await told.commit()
    expect((await told.store.groups(told.unit)).length).toBeGreaterThan(10)

    told.tell(named('s0', startMs + hourMs))
    pass(told, startMs + hourMs, startMs + 24 * hourMs + 120_000)
    await told.commit()
    expect(await keys('', 'service/')).toEqual(['service/production/shop/s0'])
    const groups = await told.store.groups(told.unit)
    expect(groups.every((group) => group === '' || group.includes('/s0/'))).toBe(true)

    told.tell(named('new', startMs + 24 * hourMs + 120_000))
    expect(overflow).toEqual([])
  })

  it('say the last word on what they watched when they are forgotten', () => {
    const { told } = unit()
    const second = (i: number) => startMs + i * 10_000
    for (let i = 0; i < 60; i++) {
      told.tell({ ...rollupOf(i < 30 ? '1' : '2', second(i)) })
      told.tick(second(i + 1))
    }
    const kinds = pass(told, second(60), startMs + 25 * hourMs)
    expect(kinds.at(-1)).toBe('release')
    expect(kinds.filter((kind) => kind === 'evidence').length).toBeGreaterThan(0)
  })

  it('are kept over a gap in the input: nobody could be heard in it', async () => {
    const { told, keys } = unit()
    told.tell(named('s0'))
    told.tick(startMs + 20_000)
    told.tick(startMs + 100 * hourMs)
    await told.commit()

    expect(await keys('', 'service/')).toEqual(['service/production/shop/s0'])
  })

  it('are forgotten at the same record wherever the unit was opened again', async () => {
    const kinds = async (reopens: boolean) => {
      const { told } = unit()
      told.tell(named('s0'), named('s1'))
      const found = pass(told, startMs, startMs + 23 * hourMs)
      if (reopens) await told.reopen()
      told.tell(named('s1', startMs + 23 * hourMs))
      found.push(...pass(told, startMs + 23 * hourMs, startMs + 26 * hourMs))
      await told.commit()
      const entries = await told.store.scan(told.unit, '', '')
      return [found, entries.map(({ key, value }) => `${key} ${Buffer.from(value).toString()}`)]
    }
    expect(await kinds(true)).toEqual(await kinds(false))
  })
})
