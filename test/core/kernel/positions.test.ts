import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Applied,
  appliedForgetMs,
  appliedUnitsMax,
  formatPosition,
  parsePosition,
} from '../../../src/core/kernel/positions.ts'

const empty = { logTimeMs: 0, units: [] }

describe('positions', () => {
  it('reads back what it writes, for any unit name', () => {
    const position = fc.record({
      unit: fc.string({ minLength: 1 }),
      offset: fc.nat({ max: 999_999_999_999_999 }),
      index: fc.nat(),
    })
    fc.assert(
      fc.property(position, (each) => {
        expect(parsePosition(formatPosition(each))).toEqual(each)
      }),
    )
  })

  it.each([
    '',
    '@1.2',
    'unit',
    'unit@1',
    'unit@.1',
    'unit@1.',
    'unit@-1.0',
    'unit@1.2.3',
    'u@1e3.0',
    'u@9999999999999999.0',
  ])('finds no position in %j', (text) => {
    expect(parsePosition(text)).toBeNull()
  })
})

describe('Applied', () => {
  it.each([
    { after: 'u@5.1', next: 'u@5.1', is: 'repeated', why: 'it is the same' },
    { after: 'u@5.1', next: 'u@5.0', is: 'repeated', why: 'an earlier output of the same record' },
    { after: 'u@5.1', next: 'u@4.9', is: 'repeated', why: 'an earlier record' },
    { after: 'u@5.1', next: 'u@5.2', is: 'new', why: 'the next output' },
    { after: 'u@5.1', next: 'u@6.0', is: 'new', why: 'the next record' },
    { after: 'u@5.1', next: 'u@10.0', is: 'new', why: 'offsets are numbers, not text' },
    { after: 'u@5.1', next: 'v@1.0', is: 'new', why: 'another unit has its own order' },
    { after: 'u@5.1', next: undefined, is: 'new', why: 'foreign records have no position' },
    { after: 'u@5.1', next: 'nonsense', is: 'new', why: 'what is no position says nothing' },
  ])('takes $next after $after as $is: $why', ({ after, next, is }) => {
    const applied = new Applied(empty)
    applied.take(after, 1_000)
    expect(applied.take(next, 1_000)).toBe(is)
  })

  it('takes each position once, however often and in what cuts batches are repeated', () => {
    const run = fc.array(fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 30 }), fc.nat({ max: 30 })))
    fc.assert(
      fc.property(run, (repeats) => {
        const applied = new Applied(empty)
        const taken = new Map<string, number>()
        const publish = (unit: number, from: number, to: number) => {
          for (let offset = from; offset <= to; offset++) {
            const header = `unit/${unit}@${offset}.0`
            if (applied.take(header, offset) === 'new') {
              taken.set(header, (taken.get(header) ?? 0) + 1)
            }
          }
        }
        // A publisher starts at any older place, and goes at least as far as it had been.
        const reached = [0, 0, 0, 0]
        for (const [unit, from, length] of repeats) {
          const to = Math.max(reached[unit]!, Math.min(from, reached[unit]!) + length)
          publish(unit, Math.min(from, reached[unit]!), to)
          reached[unit] = to
        }
        expect([...taken.values()].every((count) => count === 1)).toBe(true)
      }),
    )
  })

  it.each([
    { silentMs: appliedForgetMs, is: 'repeated', why: 'an hour is not over' },
    { silentMs: appliedForgetMs + 1, is: 'new', why: 'the unit was silent for over an hour' },
  ])('after $silentMs ms of log time takes an old position as $is: $why', ({ silentMs, is }) => {
    const applied = new Applied(empty)
    applied.take('old@5.0', 0)
    applied.take('other@1.0', silentMs)
    const reopened = new Applied(applied.state())
    expect(applied.take('old@5.0', 0)).toBe(is)
    expect(reopened.take('old@5.0', 0)).toBe(is)
  })

  it('forgets by log time even when only foreign records moved it, also after reopening', () => {
    const applied = new Applied(empty)
    applied.take('old@5.0', 0)
    applied.take(undefined, appliedForgetMs + 1)
    expect(new Applied(applied.state()).take('old@5.0', 0)).toBe('new')
  })

  it('remembers a bounded number of units: the one silent for longest goes', () => {
    const applied = new Applied(empty)
    for (let unit = 0; unit <= appliedUnitsMax; unit++) applied.take(`u${unit}@1.0`, 1_000 + unit)
    const { units } = applied.state()
    expect(units).toHaveLength(appliedUnitsMax)
    expect(units.some(([unit]) => unit === 'u0')).toBe(false)
  })

  it('gives the same state for the same table, whatever the order of its units', () => {
    const one = new Applied(empty)
    const two = new Applied(empty)
    for (const unit of ['b', 'a', 'ä']) one.take(`${unit}@1.0`, 5)
    for (const unit of ['ä', 'b', 'a']) two.take(`${unit}@1.0`, 5)
    expect(one.state()).toEqual(two.state())
  })
})
