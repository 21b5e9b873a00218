import { describe, expect, it } from 'vitest'
import { notePending, takeClosed, takeDue } from '../../../src/processors/attribute/pending.ts'
import { emptyEnvironment } from '../../../src/processors/attribute/state.ts'

const tick = (unit: string, atMs: number, more?: true) =>
  ({ kind: 'tick', unit, atMs, ...(more ? { more } : {}) }) as const

function environment(...units: [string, number][]) {
  const state = emptyEnvironment()
  state.units = new Map(units)
  const note = (id: string, unit: string) =>
    notePending(state, { kind: 'evidence', id, service: `production/shop/${id}`, unit })
  const due = (unit: string, atMs: number, more?: true) => {
    state.units.set(unit, Math.max(state.units.get(unit) ?? 0, atMs))
    return takeDue(state, tick(unit, atMs, more)).map(({ id }) => id)
  }
  const closed = (unit: string) => takeClosed(state, unit).map(({ id }) => id)
  return { state, note, due, closed }
}

describe('what findings have touched', () => {
  it('is due with the tick behind it, once each, in the order of services', () => {
    const { note, due } = environment(['detect/0', 0])
    note('b', 'detect/0')
    note('a', 'detect/0')
    note('b', 'detect/0')

    expect(due('detect/0', 1_000)).toEqual(['a', 'b'])
    expect(due('detect/0', 2_000)).toEqual([])
  })

  it('waits for what another unit finds at the same moment', () => {
    const { note, due } = environment(['detect/0', 0], ['detect/1', 0])
    note('b', 'detect/0')
    expect(due('detect/0', 1_000)).toEqual([])
    note('a', 'detect/1')

    expect(due('detect/1', 1_000)).toEqual(['a', 'b'])
  })

  it('is due with the next tick of its own unit, however long another has been silent', () => {
    const { note, due } = environment(['detect/0', 0], ['detect/1', 0])
    note('a', 'detect/0')

    expect(due('detect/0', 1_000)).toEqual([])
    expect(due('detect/0', 2_000)).toEqual(['a'])
  })

  it('of several closings in one record is due closing by closing, as it would be with finer ticks', () => {
    const { note, due } = environment(['detect/0', 0], ['detect/1', 0])
    note('a', 'detect/0')
    expect(due('detect/0', 1_000, true)).toEqual([])
    note('b', 'detect/0')
    expect(due('detect/0', 2_000)).toEqual(['a'])

    expect(due('detect/1', 1_000, true)).toEqual([])
    expect(due('detect/1', 2_000)).toEqual(['b'])
  })

  it('is due at the latest when its unit tells of the next closing, which must not speak for it', () => {
    const { note, due, closed } = environment(['detect/0', 0], ['detect/1', 0])
    note('a', 'detect/0')
    note('c', 'detect/1')
    expect(closed('detect/0')).toEqual([])
    expect(due('detect/0', 1_000, true)).toEqual([])

    expect(closed('detect/0')).toEqual(['a'])
    expect(due('detect/1', 1_000)).toEqual(['c'])
  })
})
