import { describe, expect, it } from 'vitest'
import {
  bits,
  chance,
  count,
  effect,
  seconds,
  share,
  threshold,
} from '../../src/page/model/figures.ts'
import {
  moreText,
  overviewHeadline,
  releaseHeadline,
  worseSentence,
} from '../../src/page/model/sentences.ts'
import {
  changeText,
  sideText,
  signalName,
  signalUnit,
  stateText,
} from '../../src/page/model/signal-words.ts'
import { age, clockTime, duration } from '../../src/page/model/time.ts'
import { verdicts, verdictWord } from '../../src/page/model/verdict.ts'
import { incident } from '../browser/story/incidents.ts'
import { checkout } from '../browser/story/releases.ts'
import { orders, signal, signals } from '../browser/story/signals.ts'

describe('figures', () => {
  it.each([
    { value: 0.031, text: '3.1 %', why: 'one digit below ten' },
    { value: 0.178, text: '18 %', why: 'none above' },
    { value: 0.0004, text: '0.04 %', why: 'two where one would say nothing' },
    { value: 0, text: '0 %', why: 'nothing is nothing' },
    { value: 0.00001, text: '<0.01 %', why: 'something is never written as nothing' },
  ])('writes the share $value as $text: $why', ({ value, text }) => {
    expect(share(value)).toBe(text)
  })

  it('never calls a chance certain or impossible', () => {
    expect(chance(1)).toBe('99 %')
    expect(chance(0.9999)).toBe('99 %')
    expect(chance(0.001)).toBe('<1 %')
    expect(chance(0.91)).toBe('91 %')
  })

  it('writes an effect with its interval in the digits of its ratio', () => {
    expect(effect({ ratio: 7.7, low: 5.8, high: 10.3 })).toBe('×7.7 (5.8 to 10.3)')
    expect(effect({ ratio: 0.98, low: 0.75, high: 1.28 })).toBe('×0.98 (0.75 to 1.28)')
  })

  it('writes counts, seconds and bits as the tables need them', () => {
    expect([count(9715), count(1120000), count(12)]).toEqual(['9,715', '1,120,000', '12'])
    expect([seconds(0.21), seconds(0.0042), threshold(0.25)]).toEqual([
      '0.21 s',
      '4.2 ms',
      '250 ms',
    ])
    expect([bits(4.6), bits(-4.1), bits(0.01), bits(6.4, 'minus')]).toEqual([
      '+4.6',
      '−4.1',
      '0.0',
      '6.4',
    ])
  })
})

describe('times', () => {
  it('writes a clock time in UTC and an age in one unit', () => {
    expect(clockTime('2026-11-22T09:04:10.000Z', 'utc')).toBe('09:04:10')
    expect(clockTime('2026-11-22T09:04:10.000Z', 'utc', 'minutes')).toBe('09:04')
    expect([age(12_400), age(240_000), age(-5), age(3 * 86_400_000)]).toEqual([
      '12 s',
      '4 min',
      '0 s',
      '3 d',
    ])
    expect([duration(420_000), duration(20_000)]).toEqual(['7 minutes', '20 seconds'])
  })

  it('says so when a record has no time', () => {
    expect(clockTime('nonsense', 'utc')).toBe('unknown time')
  })
})

describe('sentences', () => {
  const plain = ({ before, figure, after }: { before: string; figure: string; after: string }) =>
    (before + figure + after).replaceAll('\u00a0', ' ')

  it('stand with what they are compared with', () => {
    expect(plain(worseSentence(orders))).toBe('3.1 % of POST /orders fail. Before, it was 0.4 %.')
  })

  it('turn to the past when the data is old', () => {
    expect(plain(worseSentence(orders, { past: true }))).toBe(
      '3.1 % of POST /orders failed. Before, it was 0.4 %.',
    )
  })

  it('exist for every signal, with both figures', () => {
    const kinds = signals.map((each) => each.signal)
    expect(new Set(kinds)).toEqual(
      new Set(['errors', 'latency', 'availability', 'traffic', 'new-error', 'gauge', 'business']),
    )
    for (const each of signals) expect(plain(worseSentence(each))).toMatch(/\d.*\.$/)
  })

  it('name what Culprit makes itself of gauges', () => {
    const cpu = {
      ...signals.find((each) => each.signal === 'gauge')!,
      state: 'regressed' as const,
      gauge: {
        own: 'cpu' as const,
        unit: 's/{request}',
        usual: 0.012,
        shift: 0.005,
        low: 0.004,
        high: 0.006,
        detectable: null,
        excluded: null,
      },
    }
    expect(signalName(cpu)).toBe('CPU per request')
    expect(plain(worseSentence(cpu))).toBe(
      '17 ms of CPU go into each request. Before, it was 12 ms.',
    )
    expect(stateText(cpu)).toBe('+5 ms (4 ms to 6 ms)')

    const ofHours = { ...cpu.gauge, unit: '{restart}/h', usual: 0, shift: 24 }
    const restarts = { ...cpu, gauge: { ...ofHours, own: 'restarts' as const } }
    expect(signalName(restarts)).toBe('Restarts')
    expect(plain(worseSentence(restarts))).toBe(
      '24 times an hour each instance starts again. Before, it was 0.',
    )

    // A house may count in the same units.
    const { own: _, ...ofHouse } = cpu.gauge
    const house = { ...cpu, gauge: ofHouse }
    expect(signalName(house)).toBe('Gauge')
    expect(stateText(house)).toBe('+0.005 (0.004 to 0.006)')
    expect(plain(worseSentence(house))).not.toContain('CPU')
  })

  it('say of a business counter what it is counted by, and its name as it was sent', () => {
    const counter = signal({
      signal: 'business',
      state: 'regressed',
      scope: { metric: 'shop.orders' },
      baseline: [988, 1000],
      observed: [550, 1000],
      effect: [0.46, 0.3, 0.7],
    })
    const counted = { ...counter, per: 'POST /orders' }
    expect(plain(worseSentence(counted))).toBe(
      'There are 0.55 shop.orders per POST /orders. Before, it was 0.988.',
    )
    expect(plain(worseSentence(counter, { past: true }))).toBe(
      'The rate of shop.orders was 0.55. Before, it was 0.988.',
    )
    expect(signalUnit(counted)).toBe('per POST /orders')
    expect(sideText(counter, 'observed').counts).toBe('550 for 1,000')
    // One figure in the heading of a release and in its rows.
    expect(releaseHeadline({ ...checkout, verdict: 'regressed' }, [counter])).toContain(
      'shop.orders went from 0.988 to 0.55.',
    )
  })

  it('count more than usual from the baseline’s rate', () => {
    expect(moreText(orders)).toBe('163 more failed requests')
    const latency = {
      quantile: 0.99,
      thresholdSeconds: 0.08,
      beforeSeconds: 0.057,
      afterSeconds: 0.273,
    }
    expect(moreText({ ...orders, signal: 'latency', latency })).toBe(
      '163 more slow requests (over 80 ms)',
    )
    expect(
      moreText(
        signal({
          signal: 'traffic',
          state: 'regressed',
          baseline: [100, 1],
          observed: [10, 1],
          effect: [0.1, 0.05, 0.2],
        }),
      ),
    ).toBeNull()
  })

  it('say how many releases made it worse, else what is watched', () => {
    const place = { watched: 3, environment: 'production', silent: false }
    expect(overviewHeadline([incident], place)).toBe('One release made production worse.')
    expect(overviewHeadline([], place)).toBe('No release made production worse. 3 are watched.')
  })

  it('claim no health where nothing was ever heard', () => {
    const place = { watched: 0, environment: 'production', silent: true }
    expect(overviewHeadline([], place)).toBe('No telemetry of production has arrived yet.')
    expect(overviewHeadline([incident], place)).toBe('One release made production worse.')
  })

  it('exist for every verdict of a release', () => {
    const said = verdicts.map((verdict) => releaseHeadline({ ...checkout, verdict }, signals))
    expect(new Set(said).size).toBe(9)
    expect(new Set(Object.values(verdictWord)).size).toBe(9)
    expect(said[0]!.replaceAll('\u00a0', ' ')).toBe(
      'checkout 1.42.0 is worse than 1.41.3: POST /orders fails 7.7 times as often.',
    )
  })
})

describe('signals', () => {
  it('show both values with their counts', () => {
    expect(sideText(orders, 'baseline')).toEqual({ value: '0.40 %', counts: '39 of 9,715' })
    expect(sideText(orders, 'observed')).toEqual({ value: '3.10 %', counts: '187 of 6,030' })
    expect(changeText(orders)).toBe('0.4 % → 3.1 %')
  })

  it('never call too little data healthy', () => {
    const thin = signals.find(({ state }) => state === 'inconclusive')!
    expect(stateText(thin)).toBe('×2.4 or more would have shown, not proof of health')
  })

  it.each(['watching', 'inconclusive', 'cleared'] as const)(
    'show no effect while they are %s: it is one given that they are worse',
    (state) => {
      const said = { ...orders, state, detectable: 2.3 }
      if (state === 'cleared') expect(stateText(said)).toBe('')
      else expect(stateText(said)).toContain('×2.3 or more would')
      expect(stateText(said)).not.toContain('7.7')
      expect(stateText({ ...said, detectable: null })).not.toMatch(/\d/)
    },
  )

  it.each(['regressed', 'suspicious'] as const)('show their effect once they are %s', (state) => {
    expect(stateText({ ...orders, state })).toBe('×7.7 (5.8 to 10.3)')
  })

  it('show of a gauge what was measured, and what its shift may be only where it speaks', () => {
    const gauge = {
      ...signals.find((each) => each.signal === 'gauge')!,
      gauge: {
        unit: 'By',
        usual: 12,
        shift: 5,
        low: 4,
        high: 6,
        detectable: 3,
        excluded: null,
      },
    }
    expect(changeText(gauge)).toBe('12 By → 17 By')
    expect(sideText(gauge, 'observed')).toEqual({ value: '17 By', counts: '100 points' })
    const small = { ...gauge, gauge: { ...gauge.gauge, usual: 5, shift: 0.001, unit: '' } }
    expect(changeText(small)).toBe('5 → 5.001')
    expect(stateText({ ...gauge, state: 'watching' })).toBe('a shift of 3 By or more would show')
    const worse = { ...gauge, state: 'regressed' as const }
    expect(stateText(worse)).toBe('+5 (4 to 6)')
  })
})
