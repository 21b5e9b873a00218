import { describe, expect, it } from 'vitest'
import type { CheckpointStore } from '../../../src/ports/checkpoint-store.ts'
import { StoreQueries } from '../../../src/cli/up/store-queries.ts'
import { WindowLine } from '../../../src/contracts/replay-lines.ts'
import { DetectUnit } from '../../support/detect-unit.ts'
import { deploymentOf, minuteOfMetrics, rollupOf } from '../../support/service-events.ts'

const startMs = Date.parse('2026-11-20T00:00:00Z')

/** A store whose calls are counted: each is a round trip on a server. */
function counted(store: CheckpointStore) {
  const counts = { calls: 0 }
  const counting = new Proxy(store, {
    get: (target, name: keyof CheckpointStore) => {
      const method = target[name].bind(target) as (...args: unknown[]) => unknown
      return (...args: unknown[]) => {
        counts.calls++
        return method(...args)
      }
    },
  })
  return { counting, counts }
}

async function storeOf(services: number, minutes: number) {
  const told = new DetectUnit()
  for (let atMs = startMs; atMs < startMs + minutes * 60_000; atMs += 10_000) {
    for (let i = 0; i < services; i++) {
      const instances = i === 0 ? [1, 2, 3] : [1]
      told.tell({ ...rollupOf('1.0', atMs), service: `production/shop/s${i}`, instances })
    }
    told.tick(atMs + 9_999)
  }
  told.tick(startMs + minutes * 60_000 + 30_000)
  await told.commit()
  return counted(told.store)
}

describe('what the API asks of the store', () => {
  it('lists the services in as many reads for a hundred as for one', async () => {
    const one = await storeOf(1, 2)
    const many = await storeOf(100, 2)
    const [first] = await new StoreQueries(one.counting).services()
    expect(await new StoreQueries(many.counting).services()).toHaveLength(100)

    expect(many.counts.calls).toBe(one.counts.calls)
    expect(first).toEqual({
      service: 'production/shop/s0',
      firstSeenAt: '2026-11-20T00:00:00.000Z',
      lastSeenAt: '2026-11-20T00:02:00.000Z',
      versions: ['1.0'],
      instances: 3,
      sources: ['spans'],
    })
  })

  it('reads the hours of one service alone for its windows', async () => {
    const { counting, counts } = await storeOf(8, 70)
    const span = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, spanMaxMs: 7_200_000 }
    const lines = await new StoreQueries(counting).windows('production/shop/s7', span)

    expect(lines).toHaveLength(420)
    expect(counts.calls).toBeLessThan(10)
  })

  it('knows the windows between two instants, and none of a service that it never saw', async () => {
    const queries = new StoreQueries((await storeOf(2, 10)).counting)
    const span = { fromMs: startMs + 60_000, toMs: startMs + 120_000, spanMaxMs: 7_200_000 }

    expect(await queries.windows('production/shop/s1', span)).toHaveLength(6)
    expect(await queries.windows('production/shop/s', span)).toEqual([])
  })

  it('tells no counter of a house as a window of requests', async () => {
    const metrics = [{ match: 'shop.orders', signal: 'business' as const }]
    const told = new DetectUnit({ settings: { metrics } })
    const row = { requests: 60, errors: 0, unanswered: 0, latency: null }
    for (let atMs = startMs; atMs < startMs + 300_000; atMs += 60_000) {
      const common = { version: '1.0', startMs: atMs }
      told.tell(
        minuteOfMetrics({ ...common, rows: [{ ...row, route: 'POST /orders' }] }),
        minuteOfMetrics({ ...common, source: 'counts', rows: [{ ...row, route: 'shop.orders' }] }),
      )
      told.tick(atMs + 60_000)
    }
    told.tick(startMs + 900_000)
    await told.commit()
    const span = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, spanMaxMs: 7_200_000 }
    const lines = await new StoreQueries(told.store).windows('production/shop/checkout', span)

    expect(lines.map((line) => WindowLine.parse(line).route)).toEqual(
      Array.from({ length: 5 }, () => 'POST /orders'),
    )
  })

  it('lists the deployments that have met no telemetry of their service', async () => {
    const told = new DetectUnit()
    told.tell(rollupOf('1.0', startMs))
    told.tell({
      ...deploymentOf({ eventId: 'typo', atMs: startMs + 5_000, version: '1.1' }),
      service: 'production/shop/chekout',
    })
    told.tick(startMs + 9_999)
    await told.commit()

    expect(await new StoreQueries(told.store).waiting()).toEqual([
      {
        service: 'production/shop/chekout',
        version: '1.1',
        eventId: 'typo',
        waitsSince: '2026-11-20T00:00:05.000Z',
      },
    ])
  })
})
