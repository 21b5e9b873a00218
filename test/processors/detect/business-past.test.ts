/** Business counters keep a past of their own, and are judged by what was fitted on it. */
import { describe, expect, it } from 'vitest'
import type { Finding, StreamEvidence } from '../../../src/contracts/findings.ts'
import type { MetricRule } from '../../../src/core/rollup/metric-rules.ts'
import { countBytes } from '../../../src/core/rollup/count-bytes.ts'
import { seriesElements } from '../../../src/core/rollup/count-series.ts'
import { MemoryStore } from '../../../src/adapters/memory/memory-store.ts'
import type { Checkpoint, StoredEntry } from '../../../src/ports/checkpoint-store.ts'
import { decode, encode, restoreServices } from '../../../src/processors/detect/entries.ts'
import { Dirty } from '../../../src/processors/detect/dirty.ts'
import { eraseService } from '../../../src/processors/detect/erase-service.ts'
import { emptyPast } from '../../../src/processors/detect/past-state.ts'
import { normals } from '../../support/gauge-lines.ts'
import { DetectUnit } from '../../support/detect-unit.ts'
import { poisson } from '../../support/otlp-lines.ts'
import { seededRandom } from '../../support/random.ts'
import { deploymentOf, minuteOfMetrics } from '../../support/service-events.ts'

const minuteMs = 60_000
const startMs = Date.parse('2026-06-01T00:00:00Z')
const service = 'production/shop/checkout'
const series = 'orders.placed by requests'

const byRequests: MetricRule = { match: 'orders.*', signal: 'business', direction: 'down' }
const byCarts: MetricRule = { ...byRequests, exposure: 'carts.paid' }

/** Orders of a service, three of ten requests with a small drift, and the carts that they come of. */
class Shop {
  readonly store: MemoryStore
  readonly unit: DetectUnit
  readonly #random: () => number
  readonly #normal: () => number
  #drift = 0
  #minute = 0
  #version = 1

  constructor(seed: number, metrics: readonly MetricRule[], more: Options = {}) {
    const { historyBytesMax, store = new MemoryStore() } = more
    const bytes = historyBytesMax === undefined ? {} : { historyBytesMax }
    this.store = store
    this.unit = new DetectUnit({ settings: { metrics, ...bytes }, store })
    this.#random = seededRandom(seed)
    this.#normal = normals(seed + 1_000)
  }

  get nowMs(): number {
    return startMs + this.#minute * minuteMs
  }

  release(): Finding[] {
    const version = String(++this.#version)
    return this.unit.tell(deploymentOf({ eventId: `to-${version}`, atMs: this.nowMs, version }))
  }

  minute(times: number, ticks: number): Finding[] {
    this.#drift = 0.97 * this.#drift + 0.05 * Math.sqrt(1 - 0.97 ** 2) * this.#normal()
    const requests = poisson(this.#random, 1_200)
    const orders = poisson(this.#random, 0.3 * requests * Math.exp(this.#drift) * times)
    const errors = poisson(this.#random, requests * 0.005)
    const rest = { errors: 0, unanswered: 0, latency: null }
    const common = { version: String(this.#version), startMs: this.nowMs }
    const told = this.unit.tell(
      minuteOfMetrics({ ...common, rows: [{ ...rest, route: 'POST /orders', requests, errors }] }),
      minuteOfMetrics({
        ...common,
        source: 'counts',
        rows: [
          { ...rest, route: 'orders.placed', requests: orders },
          { ...rest, route: 'carts.paid', requests: Math.round(requests / 2) },
        ],
      }),
    )
    this.#minute++
    for (let tick = ticks - 1; tick >= 0; tick--) {
      told.push(
        ...this.unit.tick(this.nowMs - tick * Math.floor(minuteMs / ticks), tick === 0 ? 1 : 0),
      )
    }
    return told
  }

  async pass(minutes: number, { times = 1, reopens = [], ticks = 1 }: Passing = {}) {
    const told: Finding[] = []
    for (let at = 0; at < minutes; at++) {
      told.push(...this.minute(times, ticks))
      if (reopens.includes(at)) await this.unit.reopen()
    }
    return told
  }

  async entries(): Promise<readonly StoredEntry[]> {
    await this.unit.commit()
    return [...(await this.store.open(this.unit.unit, 0)).entries]
  }

  async past() {
    return restoreServices(await this.entries()).services.get(service)!.past
  }
}

interface Options {
  readonly historyBytesMax?: number
  readonly store?: MemoryStore
}

interface Passing {
  /** Of the usual orders. */
  readonly times?: number
  readonly reopens?: readonly number[]
  readonly ticks?: number
}

const businessOf = (told: readonly Finding[]): StreamEvidence[] =>
  told.flatMap((each) =>
    each.kind === 'evidence' && each.release !== null
      ? each.streams.filter(({ signal }) => signal === 'business')
      : [],
  )
const loudest = (told: readonly Finding[]) => Math.max(...businessOf(told).map(({ logE }) => logE))
/** What is said of releases. */
const saidOf = (told: readonly Finding[]) =>
  told.filter(({ kind }) => kind !== 'tick').map((each) => JSON.stringify(each))

describe('a business counter with a day of its own', () => {
  it.each([
    { seed: 1, by: 'requests', rule: byRequests },
    { seed: 3, by: 'another counter', rule: byCarts },
  ])('tells within ten minutes that four of ten are missing, by $by (seed $seed)', async (told) => {
    const shop = new Shop(told.seed, [told.rule])
    await shop.pass(25 * 60)
    shop.release()
    expect(loudest(await shop.pass(12, { times: 0.6 }))).toBeGreaterThan(Math.log(100))
  })

  it('is not told of by two hours of it: the defaults explain as much (seed 1)', async () => {
    const shop = new Shop(1, [byRequests])
    await shop.pass(120)
    shop.release()
    const heard = await shop.pass(12, { times: 0.6 })
    expect(businessOf(heard).length).toBeGreaterThan(0)
    expect(loudest(heard)).toBeLessThan(Math.log(100))
  })

  it('says the same to another owner, opened again within the watch (seed 4)', async () => {
    const run = async (reopens: boolean) => {
      const shop = new Shop(4, [byRequests])
      await shop.pass(8 * 60, { reopens: reopens ? [100, 370, 421] : [] })
      shop.release()
      return await shop.pass(40, { times: 0.7, reopens: reopens ? [2, 15] : [] })
    }
    expect(saidOf(await run(true))).toEqual(saidOf(await run(false)))
  })

  it('says the same however time is told (seed 5)', async () => {
    const run = async (ticks: number) => {
      const shop = new Shop(5, [byRequests])
      await shop.pass(8 * 60, { ticks })
      shop.release()
      return { told: await shop.pass(40, { times: 0.7, ticks }), past: await shop.past() }
    }
    const [once, often] = [await run(1), await run(4)]
    expect(saidOf(often.told)).toEqual(saidOf(once.told))
    expect(often.past.counts).toEqual(once.past.counts)
    expect([...once.past.fits.keys()]).toContain(`business metrics ${series}`)
  })
})

it('is not what the settings ignore, though it is counted for another (seed 10)', async () => {
  const shop = new Shop(10, [
    { match: 'carts.*', signal: 'ignore' },
    { ...byCarts, match: '*' },
  ])
  await shop.pass(60)
  shop.release()
  const metrics = businessOf(await shop.pass(5)).map(({ scope }) => scope.metric)
  expect([...new Set(metrics)]).toEqual(['orders.placed'])
})

describe('the past of a business counter', () => {
  it('is its events and its exposure, minute by minute, comes back from the store, and goes with its service', async () => {
    const shop = new Shop(6, [byRequests])
    await shop.pass(7 * 60 + 15)
    const past = await shop.past()
    const { elements, stepMs } = seriesElements(past.counts['business-metrics'], series)!
    expect([elements.length, stepMs]).toEqual([420, minuteMs])
    expect(elements.every((each) => each !== null)).toBe(true)
    const sum = (of: 'requests' | 'events') => elements.reduce((all, each) => all + each![of], 0)
    const requests = seriesElements(past.counts.metrics, '')!.elements
    expect(elements.map((each) => each!.requests)).toEqual(requests.map((each) => each!.requests))
    expect(sum('events') / sum('requests')).toBeCloseTo(0.3, 1)
    expect(past.fits.get(`business metrics ${series}`)!.fit.from).toBe('mixed')
    await shop.unit.reopen()
    expect(await shop.past()).toEqual(past)

    const state = restoreServices(await shop.entries()).services.get(service)!
    const dirty = new Dirty()
    eraseService(state, dirty)
    expect(state.past).toEqual(emptyPast())
    const { deletes, deletedGroups } = dirty.take()
    expect(deletes.map(({ key }) => key)).toContain(`past/${service}`)
    const kept = (await shop.entries()).filter(({ key }) => key.includes('/business-'))
    expect(kept.map(({ key }) => key).sort()).toHaveLength(8)
    expect(kept.every(({ group }) => deletedGroups.includes(group))).toBe(true)
  })

  it('begins anew where the settings count it by something else (seed 7)', async () => {
    const shop = new Shop(7, [byRequests])
    await shop.pass(3 * 60 + 15)
    await shop.unit.reopen({ metrics: [byCarts] })
    await shop.pass(2 * 60)
    const counts = (await shop.past()).counts['business-metrics']
    const known = (name: string) =>
      seriesElements(counts, name)!.elements.map((each) => each !== null)
    expect(known(series)).toEqual([...Array(180).fill(true), ...Array(120).fill(false)])
    expect(known('orders.placed by carts.paid')).toEqual(known(series).map((each) => !each))
  })

  it('is kept within the bytes of the unit (seed 8)', async () => {
    const free = new Shop(8, [byRequests])
    await free.pass(8 * 60)
    const bytesOf = ({ counts }: Awaited<ReturnType<Shop['past']>>) =>
      Object.values(counts).reduce((sum, each) => sum + countBytes(each), 0)
    const needed = bytesOf(await free.past())
    const historyBytesMax = needed - 1_000
    const tight = new Shop(8, [byRequests], { historyBytesMax })
    await tight.pass(8 * 60)
    expect(bytesOf(await tight.past())).toBeLessThanOrEqual(historyBytesMax)
  })

  it('may be missing from the state of before, which is opened all the same (seed 9)', async () => {
    const store = new WithoutBusiness()
    const shop = new Shop(9, [byRequests], { store })
    await shop.pass(7 * 60 + 15)
    store.hides = true
    await shop.unit.reopen()
    store.hides = false
    await shop.pass(60)
    const { counts } = await shop.past()
    expect(counts.metrics.hours.size).toBe(8)
    expect(counts['business-metrics'].toMs).toBe(counts.metrics.toMs)
  })
})

/** May show its entries as a program without a past of business counters would have left them. */
class WithoutBusiness extends MemoryStore {
  hides = false

  override async open(unit: string, nowMs: number): Promise<Checkpoint> {
    const checkpoint = await super.open(unit, nowMs)
    if (!this.hides) return checkpoint
    const entries = [...checkpoint.entries].flatMap((entry) => {
      if (entry.key.includes('/business-')) return []
      if (entry.key !== `past/${service}`) return [entry]
      const stored = decode(entry.value) as { to: number[]; fits: [string, unknown][] }
      const fits = stored.fits.filter(([key]) => !key.startsWith('business '))
      return [{ ...entry, value: encode({ ...stored, to: stored.to.slice(0, 2), fits }) }]
    })
    return { ...checkpoint, entries }
  }
}
