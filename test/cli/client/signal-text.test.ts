import { afterEach, describe, expect, it, vi } from 'vitest'
import { signalText } from '../../../src/cli/client/signal-text.ts'
import { incidentText } from '../../../src/cli/client/text.ts'
import type { Signal } from '../../../src/contracts/signal.ts'
import { incident } from '../../browser/story/incidents.ts'
import { orders, signal, signals } from '../../browser/story/signals.ts'

const of = (name: Signal['signal']) => signals.find((each) => each.signal === name)!

describe('a stream as text', () => {
  it('has its effect where it speaks', () => {
    expect(signalText(orders)).toBe(
      'errors of POST /orders 39 of 9715 → 187 of 6030, ×7.7 (5.8 to 10.3), evidence 9.3 nats',
    )
  })

  it.each(['watching', 'inconclusive', 'cleared'] as const)(
    'has what would have shown, and no effect, while it is %s',
    (state) => {
      const text = signalText({ ...orders, state, detectable: 2.3, evidence: 0.2 })
      const would = state === 'cleared' ? 'not worse' : 'an effect of ×2.3'
      expect(text).toContain(`errors of POST /orders 39 of 9715 → 187 of 6030, ${would}`)
      expect(text).not.toContain('7.7')
    },
  )

  it('says of which requests a ratio of latency is', () => {
    const slow = {
      ...signal({
        signal: 'latency',
        state: 'regressed',
        scope: { route: 'GET /price' },
        baseline: [20, 2000],
        observed: [800, 1000],
        effect: [77.9, 50, 110],
      }),
      latency: {
        quantile: 0.99,
        thresholdSeconds: 0.08,
        beforeSeconds: 0.057,
        afterSeconds: 0.273,
      },
    }
    expect(signalText(slow)).toBe(
      'requests slower than 80 ms of GET /price 20 of 2000 → 800 of 1000 (p99 57 → 273 ms), ×77.9 (50.0 to 110), evidence 9.3 nats',
    )
  })

  it('names a business counter, and never calls it a whole service', () => {
    const text = signalText(of('business'))
    expect(text).toMatch(/^orders\.value 54 → 49 \(5400 for 100 → 4900 for 100\), ×0\.90 /)
  })

  it('tells traffic by the interval, as it was forecast', () => {
    const quiet = { ...of('traffic'), baseline: { events: 27_000, exposure: 540 } }
    const text = signalText({ ...quiet, observed: quiet.baseline, effect: null })
    expect(text).toMatch(/^traffic 50 → 50 an interval, evidence/)
  })

  it('tells what was measured of a gauge, and its usual value of that time', () => {
    const gauge = {
      unit: 'By',
      usual: 12,
      shift: 5,
      low: 4,
      high: 6,
      detectable: 3,
      excluded: null,
    }
    expect(signalText({ ...of('gauge'), state: 'watching', gauge })).toBe(
      'queue.depth 12 → 17 By, a shift of 3 By or more would show, evidence 0.2 nats',
    )
  })
})

describe('an incident as text', () => {
  afterEach(() => vi.restoreAllMocks())

  function textOf(suspects: number): string {
    let said = ''
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += String(text)
      return true
    })
    const [first] = incident.suspects
    incidentText({
      ...incident,
      suspects: Array.from({ length: suspects }, () => ({ ...first!, probability: 0.02 })),
    })
    return said
  }

  it('says how many suspects it leaves out, and their chance together', () => {
    expect(textOf(8)).toContain('    6 %  3 others together (all of them: --json)')
    expect(textOf(5)).not.toContain('(all of them')
  })
})
