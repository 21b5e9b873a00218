/**
 * What every CheckpointStore has to do, whatever it is made of. Units have new names in every test, so
 * one server can serve them all.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CheckpointStore,
  type Commit,
  emptyApplied,
} from '../../src/ports/checkpoint-store.ts'
import type { StoredEntry } from '../../src/ports/checkpoint-store.ts'

export interface StoreUnderTest {
  readonly store: CheckpointStore
  readonly reopen?: () => Promise<CheckpointStore>
  /** Remembers what the store holds; the function returned sets it back. For stores that can lose commits. */
  readonly remember?: () => Promise<() => Promise<void>>
  readonly empty?: () => Promise<void>
  readonly close: () => Promise<void>
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
let unitNumber = 0

const entry = (group: string, key: string, value: string): StoredEntry => ({
  group,
  key,
  value: encoder.encode(value),
})
const shown = (entries: readonly StoredEntry[]) =>
  entries.map(({ group, key, value }) => `${group}|${key}=${decoder.decode(value)}`)

function commitOf(generation: number, base: number, more: Partial<Commit> = {}): Commit {
  const changes = { puts: [], deletes: [], deletedGroups: [] }
  return { generation, base, next: base + 1, applied: emptyApplied, changes, ...more }
}

export function checkpointStoreSuite(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`CheckpointStore: ${name}`, () => {
    let under: StoreUnderTest
    let store: CheckpointStore
    beforeAll(async () => {
      under = await open()
      store = under.store
    })
    afterAll(async () => under.close())

    const newUnit = () => `detect-${process.pid}/${unitNumber++}`

    it('opens a unit that never committed as empty, without a position', async () => {
      const opened = await store.open(newUnit(), 1_000)
      expect(opened).toEqual({
        generation: 1_000,
        commit: 0,
        next: null,
        epoch: 0,
        applied: emptyApplied,
        entries: [],
        outbox: [],
      })
    })

    it.each([
      { nowMs: 500, generation: 1_001, why: 'the clock went back' },
      { nowMs: 1_000, generation: 1_001, why: 'two openings in one millisecond' },
      {
        nowMs: 5_000,
        generation: 5_000,
        why: 'a store that went back must not give a number again',
      },
    ])('raises the generation to $generation at $nowMs: $why', async ({ nowMs, generation }) => {
      const unit = newUnit()
      await store.open(unit, 1_000)
      expect((await store.open(unit, nowMs)).generation).toBe(generation)
    })

    it('gives back what was committed: position, applied, entries and outbox', async () => {
      const unit = newUnit()
      const { generation } = await store.open(unit, 1)
      const applied = { logTimeMs: 77, units: [['ingest/x/0', 5, 1, 70]] } as const
      const outbox = [
        {
          topic: 't',
          partition: 1,
          key: 'k',
          value: new Uint8Array([0, 255]),
          headers: { a: 'b' },
        },
        { topic: 't', partition: 0, key: null, value: null, headers: {} },
      ]
      const changes = {
        puts: [
          entry('w2', 'b', '2'),
          entry('', 'z', '9'),
          entry('w1', 'a', '1'),
          entry('w1', 'A', '0'),
        ],
        deletes: [],
        deletedGroups: [],
      }
      const commit = commitOf(generation, 0, { next: 42, applied, changes, outbox })
      expect(await store.commit(unit, commit)).toBe('ok')
      const opened = await store.open(unit, 1)
      expect(opened).toMatchObject({ commit: 1, next: 42, applied })
      expect(shown(opened.entries)).toEqual(['|z=9', 'w1|A=0', 'w1|a=1', 'w2|b=2'])
      expect(
        opened.outbox.map(({ value, ...rest }) => ({ ...rest, value: value && [...value] })),
      ).toEqual(outbox.map(({ value, ...rest }) => ({ ...rest, value: value && [...value] })))
    })

    it('deletes groups before it puts, and entries before it puts', async () => {
      const unit = newUnit()
      const { generation } = await store.open(unit, 1)
      const puts = [
        entry('w1', 'a', '1'),
        entry('w1', 'b', '1'),
        entry('w2', 'a', '1'),
        entry('w2', 'b', '1'),
      ]
      await store.commit(
        unit,
        commitOf(generation, 0, { changes: { puts, deletes: [], deletedGroups: [] } }),
      )
      const changes = {
        deletedGroups: ['w1', 'never'],
        deletes: [
          { group: 'w2', key: 'a' },
          { group: 'w2', key: 'b' },
          { group: 'none', key: 'c' },
        ],
        puts: [entry('w1', 'c', '2'), entry('w2', 'b', '2')],
      }
      expect(await store.commit(unit, commitOf(generation, 1, { changes }))).toBe('ok')
      expect(shown((await store.open(unit, 1)).entries)).toEqual(['w1|c=2', 'w2|b=2'])
    })

    it('empties the outbox with a commit that has none', async () => {
      const unit = newUnit()
      const { generation } = await store.open(unit, 1)
      const outbox = [{ topic: 't', partition: 0, key: null, value: null, headers: {} }]
      await store.commit(unit, commitOf(generation, 0, { outbox }))
      await store.commit(unit, commitOf(generation, 1))
      expect((await store.open(unit, 1)).outbox).toEqual([])
    })

    it('orders keys by code units, also beyond the basic plane', async () => {
      const unit = newUnit()
      const { generation } = await store.open(unit, 1)
      const keys = ['ä', 'Z', 'a', '\u{ffee}', '\u{1f600}', '']
      const puts = keys.map((key) => entry('w', key, 'v'))
      await store.commit(
        unit,
        commitOf(generation, 0, { changes: { puts, deletes: [], deletedGroups: [] } }),
      )
      expect((await store.open(unit, 1)).entries.map(({ key }) => key)).toEqual([...keys].sort())
    })

    it('fences a zombie: whoever opened last may commit, nobody before', async () => {
      const unit = newUnit()
      const zombie = await store.open(unit, 1)
      const owner = await store.open(unit, 1)
      const changes = { puts: [entry('', 'from', 'zombie')], deletes: [], deletedGroups: [] }
      expect(await store.commit(unit, commitOf(zombie.generation, 0, { changes }))).toBe('fenced')
      expect(await store.commit(unit, commitOf(owner.generation, 0))).toBe('ok')
      expect(await store.commit(unit, commitOf(zombie.generation, 1, { changes }))).toBe('fenced')
      expect((await store.open(unit, 1)).entries).toEqual([])
    })

    it('answers done to a commit that is in already, and changes nothing', async () => {
      const unit = newUnit()
      const { generation } = await store.open(unit, 1)
      expect(await store.commit(unit, commitOf(generation, 0, { next: 5 }))).toBe('ok')
      expect(await store.commit(unit, commitOf(generation, 0, { next: 9 }))).toBe('done')
      expect((await store.open(unit, 1)).next).toBe(5)
    })

    it.each([{ base: 1 }, { base: 5 }])(
      'answers moved to base $base of an empty unit',
      async ({ base }) => {
        const unit = newUnit()
        const { generation } = await store.open(unit, 1)
        expect(await store.commit(unit, commitOf(generation, base))).toBe('moved')
      },
    )

    it('does not take a commit when it went back to before the base', async ({ skip }) => {
      if (under.remember === undefined) return skip('this store loses no commits')
      const unit = newUnit()
      const { generation } = await store.open(unit, 1)
      await store.commit(unit, commitOf(generation, 0, { next: 10 }))
      const back = await under.remember()
      await store.commit(unit, commitOf(generation, 1, { next: 20 }))
      await back()
      expect(await store.commit(unit, commitOf(generation, 2, { next: 30 }))).toBe('moved')
      expect(await store.open(unit, 1)).toMatchObject({ commit: 1, next: 10 })
    })

    it('does not take a commit when it was emptied', async ({ skip }) => {
      if (under.empty === undefined) return skip('this store cannot be emptied while it is open')
      const unit = newUnit()
      const { generation } = await store.open(unit, 1)
      await store.commit(unit, commitOf(generation, 0))
      await under.empty()
      expect(['moved', 'fenced']).toContain(await store.commit(unit, commitOf(generation, 1)))
      expect(await store.open(unit, 1)).toMatchObject({ next: null, entries: [] })
    })

    it('restarts a unit in a new epoch with all that it has, and fences its owner', async () => {
      const unit = newUnit()
      const { generation } = await store.open(unit, 1_000)
      const applied = { logTimeMs: 77, units: [['ingest/x/0', 5, 1, 70]] } as const
      const outbox = [{ topic: 't', partition: 0, key: null, value: null, headers: {} }]
      const changes = { puts: [entry('w', 'a', '1')], deletes: [], deletedGroups: [] }
      await store.commit(unit, commitOf(generation, 0, { next: 42, applied, changes, outbox }))
      expect(await store.place(unit)).toEqual({ next: 42, epoch: 0 })

      expect(await store.restart(unit, 5_000)).toBe(5_000)
      expect(await store.place(unit)).toEqual({ next: 0, epoch: 5_000 })
      expect(await store.commit(unit, commitOf(generation, 1))).toBe('fenced')
      const opened = await store.open(unit, 1_000)
      expect(opened).toMatchObject({ commit: 1, next: 0, epoch: 5_000, applied, outbox })
      expect(shown(opened.entries)).toEqual(['w|a=1'])

      await store.commit(unit, commitOf(opened.generation, 1, { next: 3 }))
      expect(await store.open(unit, 1_000)).toMatchObject({ commit: 2, next: 3, epoch: 5_000 })
      // The clock went back: an epoch is never given twice.
      expect(await store.restart(unit, 4_000)).toBe(5_001)
    })

    it('restarts no unit that has no commits, and takes nobody’s by looking where it stands', async () => {
      const unit = newUnit()
      expect(await store.place(unit)).toBeNull()
      expect(await store.restart(unit, 5_000)).toBeNull()
      const { generation } = await store.open(unit, 1_000)
      expect(await store.place(unit)).toEqual({ next: null, epoch: 0 })
      expect(await store.restart(unit, 5_000)).toBeNull()
      expect(await store.commit(unit, commitOf(generation, 0))).toBe('ok')
    })

    it('holds units apart', async () => {
      const [one, two] = [newUnit(), newUnit()]
      const first = await store.open(one, 1)
      await store.open(two, 1)
      const changes = { puts: [entry('w', 'k', 'v')], deletes: [], deletedGroups: [] }
      await store.commit(one, commitOf(first.generation, 0, { changes }))
      expect((await store.open(two, 1)).entries).toEqual([])
    })

    it('answers queries from what is committed', async () => {
      const unit = newUnit()
      const { generation } = await store.open(unit, 1)
      const puts = [
        entry('w1', 'svc/a', '1'),
        entry('w1', 'svc/b', '2'),
        entry('w1', 'tick', '3'),
        entry('', 'x', '4'),
      ]
      await store.commit(
        unit,
        commitOf(generation, 0, { changes: { puts, deletes: [], deletedGroups: [] } }),
      )
      expect(await store.units()).toContain(unit)
      expect(await store.groups(unit)).toEqual(['', 'w1'])
      expect(shown(await store.scan(unit, 'w1', 'svc/'))).toEqual(['w1|svc/a=1', 'w1|svc/b=2'])
      expect(shown(await store.scan(unit, '', ''))).toEqual(['|x=4'])
      expect(await store.scan(unit, 'w9', '')).toEqual([])
      expect(await store.scan('detect/none', '', '')).toEqual([])
    })

    it('shows what was committed through a store opened anew', async ({ skip }) => {
      if (under.reopen === undefined) return skip('nothing outlives the process')
      const unit = newUnit()
      const { generation } = await store.open(unit, 1)
      const puts = Array.from({ length: 500 }, (_, n) => entry(`w${n % 7}`, `k${n}`, `v${n}`))
      await store.commit(
        unit,
        commitOf(generation, 0, { next: 3, changes: { puts, deletes: [], deletedGroups: [] } }),
      )
      const before = await store.open(unit, 1)
      store = await under.reopen()
      const after = await store.open(unit, 1)
      expect(shown(after.entries)).toEqual(shown(before.entries))
      expect(after).toMatchObject({ next: 3, commit: 1, generation: before.generation + 1 })
    })
  })
}
