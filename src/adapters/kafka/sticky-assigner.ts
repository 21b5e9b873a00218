/**
 * Deals the partitions of a group to its members. Every partition goes to one member that subscribes to
 * its topic; loads are as even as the subscriptions allow (no single move makes them more even); of all
 * such dealings one that moves few partitions from where they were, and none where nothing changed. A
 * move is a load of state, and kafkajs' round robin moves most partitions at every join.
 *
 * What a member had travels in its user data. Where two claim one partition (one of them was away), the
 * newer claim counts. The same arguments give the same answer, in any order of members.
 */
import kafkajs from 'kafkajs'

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol

export interface Claim {
  /** Partitions by topic. */
  readonly owned: Readonly<Record<string, readonly number[]>>
  /** When they were dealt, by the member's clock. */
  readonly atMs: number
}

export interface GroupMember {
  readonly id: string
  readonly topics: readonly string[]
  readonly claim: Claim | null
}

interface Place {
  readonly topic: string
  readonly partition: number
}

class Hand {
  readonly id: string
  readonly topics: ReadonlySet<string>
  readonly places = new Map<string, Place>()
  readonly #counts = new Map<string, number>()

  constructor({ id, topics }: GroupMember) {
    this.id = id
    this.topics = new Set(topics)
  }

  get load(): number {
    return this.places.size
  }

  count(topic: string): number {
    return this.#counts.get(topic) ?? 0
  }

  add(place: Place): void {
    this.places.set(nameOf(place), place)
    this.#counts.set(place.topic, this.count(place.topic) + 1)
  }

  remove(place: Place): void {
    this.places.delete(nameOf(place))
    this.#counts.set(place.topic, this.count(place.topic) - 1)
  }
}

/** The partitions of each member, by topic, in ascending order. */
export function assignSticky(
  members: readonly GroupMember[],
  partitions: Readonly<Record<string, number>>,
): Map<string, Record<string, number[]>> {
  const hands = [...members].sort(byId).map((member) => new Hand(member))
  keepClaims(hands, members, partitions)
  dealTheRest(hands, partitions)
  levelOut(hands)
  return new Map(hands.map((hand) => [hand.id, byTopic(hand)]))
}

function keepClaims(
  hands: readonly Hand[],
  members: readonly GroupMember[],
  partitions: Readonly<Record<string, number>>,
): void {
  const claims = new Map(members.map(({ id, claim }) => [id, claim]))
  const taken = new Set<string>()
  // Sorting is stable: equal ages stay in order of id.
  const newestFirst = [...hands].sort((a, b) => atMs(b) - atMs(a))
  function atMs({ id }: Hand): number {
    return claims.get(id)?.atMs ?? 0
  }
  for (const hand of newestFirst) {
    for (const [topic, owned] of Object.entries(claims.get(hand.id)?.owned ?? {})) {
      if (!hand.topics.has(topic)) continue
      for (const partition of owned) {
        const place = { topic, partition }
        if (partition >= (partitions[topic] ?? 0) || taken.has(nameOf(place))) continue
        taken.add(nameOf(place))
        hand.add(place)
      }
    }
  }
}

function dealTheRest(hands: readonly Hand[], partitions: Readonly<Record<string, number>>): void {
  const taken = new Set(hands.flatMap(({ places }) => [...places.keys()]))
  for (const topic of Object.keys(partitions).sort()) {
    const takers = hands.filter(({ topics }) => topics.has(topic))
    if (takers.length === 0) continue
    for (let partition = 0; partition < partitions[topic]!; partition++) {
      const place = { topic, partition }
      if (taken.has(nameOf(place))) continue
      takers
        .reduce((best, hand) => {
          const less = hand.load - best.load || hand.count(topic) - best.count(topic)
          return less < 0 ? hand : best
        })
        .add(place)
    }
  }
}

/** Each round makes the sum of the squared loads smaller, so it ends. */
function levelOut(hands: readonly Hand[]): void {
  for (;;) {
    const move = bestMove(hands)
    if (move === null) return
    move.from.remove(move.place)
    move.to.add(move.place)
  }
}

function bestMove(hands: readonly Hand[]) {
  const light = [...hands].sort((a, b) => a.load - b.load)
  const heavy = [...light].reverse()
  for (const from of heavy) {
    for (const to of light) {
      if (from.load - to.load < 2) break
      // Of the topic that is spread worst between the two, so that every topic is spread.
      let best: Place | null = null
      let bestGap = -Infinity
      for (const place of from.places.values()) {
        if (!to.topics.has(place.topic)) continue
        const gap = from.count(place.topic) - to.count(place.topic)
        const better = gap > bestGap || (gap === bestGap && best !== null && isBehind(place, best))
        if (!better) continue
        best = place
        bestGap = gap
      }
      if (best !== null) return { from, to, place: best }
    }
  }
  return null
}

function isBehind(a: Place, b: Place): boolean {
  return a.topic === b.topic ? a.partition > b.partition : a.topic > b.topic
}

function byTopic({ places }: Hand): Record<string, number[]> {
  const owned: Record<string, number[]> = {}
  for (const { topic, partition } of places.values()) (owned[topic] ??= []).push(partition)
  for (const list of Object.values(owned)) list.sort((a, b) => a - b)
  return owned
}

function byId(a: GroupMember, b: GroupMember): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

function nameOf({ topic, partition }: Place): string {
  return `${topic}/${partition}`
}

/** The assigner for one member; `claim` tells what it has when it joins. */
export function stickyAssigner(claim: () => Claim | null): kafkajs.PartitionAssigner {
  return ({ cluster }) => ({
    name: 'culprit-sticky',
    version: 0,
    protocol: ({ topics }) => ({
      name: 'culprit-sticky',
      metadata: MemberMetadata.encode({ version: 0, topics, userData: encodeClaim(claim()) }),
    }),
    assign: async ({ members }) => {
      const known = members.map(({ memberId, memberMetadata }) => {
        const metadata = MemberMetadata.decode(memberMetadata)
        const { topics = [], userData = null } = metadata ?? {}
        return { id: memberId, topics, claim: decodeClaim(userData) }
      })
      // Of topics that only others subscribe to the leader knows nothing yet.
      const topics = [...new Set(known.flatMap((member) => member.topics))]
      await cluster.addMultipleTargetTopics(topics)
      const partitions = Object.fromEntries(
        topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]),
      )
      return [...assignSticky(known, partitions)].map(([memberId, assignment]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version: 0,
          assignment,
          userData: Buffer.alloc(0),
        }),
      }))
    },
  })
}

function encodeClaim(claim: Claim | null): Buffer {
  return claim === null ? Buffer.alloc(0) : Buffer.from(JSON.stringify(claim))
}

/** What another version wrote, and cannot be read here, claims nothing. */
export function decodeClaim(userData: Uint8Array | null): Claim | null {
  if (userData === null || userData.length === 0) return null
  try {
    const claim = JSON.parse(Buffer.from(userData).toString()) as Partial<Claim> | null
    if (typeof claim?.atMs !== 'number' || typeof claim.owned !== 'object') return null
    const lists = Object.values(claim.owned ?? {})
    return lists.every(Array.isArray) ? (claim as Claim) : null
  } catch {
    return null
  }
}
