import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assignSticky,
  decodeClaim,
  type GroupMember,
} from '../../../src/adapters/kafka/sticky-assigner.ts'

type Dealt = Map<string, Record<string, number[]>>

const topics = ['a', 'b', 'c', 'd']
const counts = fc.record(Object.fromEntries(topics.map((topic) => [topic, fc.nat({ max: 9 })])))
const claims = fc.record({
  owned: fc.dictionary(fc.constantFrom(...topics), fc.uniqueArray(fc.nat({ max: 11 })), {
    noNullPrototype: true,
  }),
  atMs: fc.nat({ max: 3 }),
})
const members = (subscription: fc.Arbitrary<string[]>) =>
  fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5'),
      topics: subscription,
      claim: fc.option(claims),
    }),
    { selector: ({ id }) => id, minLength: 1 },
  )
const anyMembers = members(fc.uniqueArray(fc.constantFrom(...topics)))
const alikeMembers = members(fc.constant(topics))

const names = (owned: Record<string, readonly number[]>) =>
  Object.entries(owned).flatMap(([topic, list]) => list.map((each) => `${topic}/${each}`))
const all = (partitions: Record<string, number>) =>
  Object.entries(partitions).flatMap(([topic, count]) =>
    Array.from({ length: count }, (_, each) => `${topic}/${each}`),
  )
const topicOf = (name: string) => name.split('/')[0]!
const again = (dealt: Dealt, group: readonly GroupMember[]): GroupMember[] =>
  group.map((member) => ({ ...member, claim: { owned: dealt.get(member.id)!, atMs: 9 } }))

describe('the sticky assigner', () => {
  it('gives every partition that somebody wants to exactly one who subscribes to its topic', () => {
    fc.assert(
      fc.property(anyMembers, counts, (group, partitions) => {
        const dealt = assignSticky(group, partitions)
        const wanted = new Set(group.flatMap((member) => member.topics))
        expect([...dealt.values()].flatMap(names).sort()).toEqual(
          all(partitions)
            .filter((name) => wanted.has(topicOf(name)))
            .sort(),
        )
        for (const member of group) {
          const strange = Object.keys(dealt.get(member.id)!).filter(
            (topic) => !member.topics.includes(topic),
          )
          expect(strange).toEqual([])
        }
      }),
    )
  })

  it('leaves no single move that would make the loads more even', () => {
    fc.assert(
      fc.property(anyMembers, counts, (group, partitions) => {
        const dealt = assignSticky(group, partitions)
        const load = (id: string) => names(dealt.get(id)!).length
        for (const from of group) {
          for (const to of group) {
            if (load(from.id) - load(to.id) < 2) continue
            const movable = names(dealt.get(from.id)!).filter((name) =>
              to.topics.includes(topicOf(name)),
            )
            expect(movable).toEqual([])
          }
        }
      }),
    )
  })

  it('moves nothing when nothing changed', () => {
    fc.assert(
      fc.property(anyMembers, counts, (group, partitions) => {
        const dealt = assignSticky(group, partitions)
        expect(assignSticky(again(dealt, group), partitions)).toEqual(dealt)
      }),
    )
  })

  it('moves as few as even loads allow when members come and go', () => {
    fc.assert(
      fc.property(
        alikeMembers,
        counts,
        fc.subarray(['m1', 'm2', 'm3', 'm4', 'm5'], { minLength: 1 }),
        (group, partitions, stayAndCome) => {
          const before = assignSticky(group, partitions)
          const now = stayAndCome.map((id) => {
            const owned = before.get(id)
            return { id, topics, claim: owned === undefined ? null : { owned, atMs: 1 } }
          })
          const after = assignSticky(now, partitions)
          const total = all(partitions).length
          const floor = Math.floor(total / now.length)
          const had = now
            .map(({ claim }) => (claim === null ? 0 : names(claim.owned).length))
            .sort((a, b) => b - a)
          const mostKept = had
            .map((count, at) => Math.min(count, at < total % now.length ? floor + 1 : floor))
            .reduce((sum, count) => sum + count, 0)
          const kept = now.reduce((sum, { id, claim }) => {
            const owned = new Set(claim === null ? [] : names(claim.owned))
            return sum + names(after.get(id)!).filter((name) => owned.has(name)).length
          }, 0)
          expect(kept).toBe(mostKept)
        },
      ),
    )
  })

  it('gives the same answer in any order of members', () => {
    fc.assert(
      fc.property(anyMembers, counts, (group, partitions) => {
        expect(assignSticky([...group].reverse(), partitions)).toEqual(
          assignSticky(group, partitions),
        )
      }),
    )
  })

  it('spreads every topic when a second member joins one that has them all', () => {
    const partitions = { spans: 4, metrics: 4, logs: 2 }
    const wants = Object.keys(partitions)
    const alone = assignSticky([{ id: 'm1', topics: wants, claim: null }], partitions)
    const dealt = assignSticky(
      [
        { id: 'm1', topics: wants, claim: { owned: alone.get('m1')!, atMs: 1 } },
        { id: 'm2', topics: wants, claim: null },
      ],
      partitions,
    )
    const spread = ['m1', 'm2'].map((id) => wants.map((topic) => dealt.get(id)![topic]?.length))
    expect(spread).toEqual([
      [2, 2, 1],
      [2, 2, 1],
    ])
  })

  it('believes the newer of two that claim one partition: the other was away', () => {
    const claim = (atMs: number) => ({ owned: { a: [0] }, atMs })
    const group = [
      { id: 'm1', topics: ['a'], claim: claim(1) },
      { id: 'm2', topics: ['a'], claim: claim(2) },
    ]
    expect(assignSticky(group, { a: 2 }).get('m2')).toEqual({ a: [0] })
  })

  it.each([
    { bytes: '', why: 'a member that joins for the first time' },
    { bytes: 'not json', why: 'another program in the group' },
    { bytes: '{"owned":{"a":5},"atMs":1}', why: 'a list that is none' },
    { bytes: 'null', why: 'nothing at all' },
  ])('takes user data "$bytes" for no claim: $why', ({ bytes }) => {
    expect(decodeClaim(Buffer.from(bytes))).toBeNull()
  })
})
