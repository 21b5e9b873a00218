/** What an event log owes to a group: who reads which partition, and how far the group has come. */
import { describe, expect, it } from 'vitest'
import { joined, until } from './reading.ts'
import type { GivenLog } from './given-log.ts'

export function groupTests(given: () => GivenLog): void {
  describe('groups', () => {
    it('gives every partition to one member, and hands over when members come and go', async () => {
      const events = await given().topic(4)
      const one = await joined(given().log, [events], 'handover')
      expect(one.owned()).toHaveLength(4)
      const before = one.readers(events, 0)
      const two = await joined(given().log, [events], 'handover')
      await until(() => one.owned().length === 2 && two.owned().length === 2)
      expect([...one.owned(), ...two.owned()].sort()).toEqual(
        [0, 1, 2, 3].map((partition) => `${events}/${partition}`),
      )
      expect(before.lost).toBe(true)
      expect(await before.fetch({ bytesMax: 1, waitMs: 0 })).toEqual({ status: 'lost' })
      expect(await before.heartbeat()).toBe(false)
      await one.leave()
      await until(() => two.owned().length === 4)
      await two.leave()
    })

    it('moves the fewest partitions when a member joins', async () => {
      const events = await given().topic(6)
      const one = await joined(given().log, [events], 'sticky')
      const two = await joined(given().log, [events], 'sticky')
      await until(() => two.owned().length === 3)
      const [ones, twos] = [one.owned(), two.owned()]
      const three = await joined(given().log, [events], 'sticky')
      await until(() => three.owned().length === 2 && one.owned().length === 2)
      expect(ones).toEqual(expect.arrayContaining(one.owned()))
      expect(twos).toEqual(expect.arrayContaining(two.owned()))
      for (const { leave } of [one, two, three]) await leave()
    })

    it('keeps the offsets of each group apart', async () => {
      const events = await given().topic()
      const one = await joined(given().log, [events], 'offsets-a')
      const two = await joined(given().log, [events], 'offsets-b')
      expect(await one.readers(events, 0).committedOffset()).toBeNull()
      const offset = { next: 7, epoch: 1_796_000_000_000 }
      expect(await one.readers(events, 0).commitOffset(offset)).toBe('ok')
      expect(await one.readers(events, 0).committedOffset()).toEqual(offset)
      expect(await two.readers(events, 0).committedOffset()).toBeNull()
      await one.leave()
      const back = await joined(given().log, [events], 'offsets-a')
      expect(await back.readers(events, 0).committedOffset()).toEqual(offset)
      for (const { leave } of [two, back]) await leave()
    })

    it('refuses the offset of a reader that was lost', async () => {
      const events = await given().topic()
      const { readers, leave } = await joined(given().log, [events], 'lost-offset')
      const reader = readers(events, 0)
      await leave()
      expect(await reader.commitOffset({ next: 3, epoch: 0 })).toBe('lost')
    })

    it('takes an offset for a group from outside, but not while anybody is in it', async () => {
      const events = await given().topic()
      const place = { topic: events, partition: 0 }
      const group = `offset-outside-${events}`
      expect(await given().log.groupOffset(group, place)).toBeNull()
      const { readers, leave } = await joined(given().log, [events], group)
      const own = { next: 3, epoch: 0 }
      expect(await readers(events, 0).commitOffset(own)).toBe('ok')
      expect(await given().log.setGroupOffset(group, place, { next: 0, epoch: 9 })).toBe('busy')
      expect(await given().log.groupOffset(group, place)).toEqual(own)
      await leave()
      const moved = { next: 0, epoch: 9 }
      await until(async () => (await given().log.setGroupOffset(group, place, moved)) === 'ok')
      const back = await joined(given().log, [events], group)
      expect(await back.readers(events, 0).committedOffset()).toEqual(moved)
      await back.leave()
    })

    it('wakes a fetch that waits when its partition is lost', async () => {
      const events = await given().topic()
      const { readers, leave } = await joined(given().log, [events], 'lost-wait')
      const waiting = readers(events, 0).fetch({ bytesMax: 1, waitMs: 600_000 })
      await leave()
      expect(await waiting).toEqual({ status: 'lost' })
    })
  })
}
