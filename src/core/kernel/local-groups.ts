/**
 * Consumer groups of a log that lives in one process: who owns which partition, reading and waiting.
 *
 * Partitions are dealt to members in order of joining, keeping what a member has and moving the fewest.
 * Every change hands every member new readers and makes all older ones lost, as Kafka's groups do.
 * Storage and time come in as `source`; nothing here keeps records.
 */

/** As the port's `GroupOffset`. */
export interface LocalOffset {
  readonly next: number
  readonly epoch: number
}

export interface LocalSource<R> {
  partitionCount(topic: string): number
  earliest(topic: string, partition: number): number
  end(topic: string, partition: number): number
  /** Records from `from` on, at least one if there is any; `next` goes on behind the last. */
  read(at: { topic: string; partition: number; from: number; bytesMax: number }): {
    readonly records: readonly R[]
    readonly next: number
    readonly bytes: number
  }
  /** How many records between `from` and the first kept one were removed by retention. */
  gap(topic: string, partition: number, from: number): number
  committed(group: string, place: LocalPlace): LocalOffset | null
  commit(group: string, place: LocalPlace, offset: LocalOffset): Promise<void>
  now(): number
  monotonic(): number
  timer(delayMs: number, wake: () => void): () => void
}

interface LocalPlace {
  readonly topic: string
  readonly partition: number
}

interface Wait {
  readonly bytesMax: number
  readonly waitMs: number
  readonly signal?: AbortSignal
}

export type LocalFetched<R> =
  | {
      readonly status: 'ok'
      readonly records: readonly R[]
      readonly next: number
      readonly bytes: number
      readonly gap: number
      readonly end: { readonly sentMonotonicMs: number; readonly sentWallMs: number } | null
    }
  | { readonly status: 'lost' }
  | { readonly status: 'beyond-end'; readonly end: number }

interface Member<R> {
  readonly topics: readonly string[]
  readonly assigned: (readers: readonly LocalReader<R>[]) => void
  owned: readonly string[]
  readers: readonly LocalReader<R>[]
}

export class LocalGroups<R> {
  readonly #source: LocalSource<R>
  readonly #groups = new Map<string, Member<R>[]>()
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(source: LocalSource<R>) {
    this.#source = source
  }

  join(request: {
    readonly group: string
    readonly topics: readonly string[]
    readonly assigned: (readers: readonly LocalReader<R>[]) => void
  }): { leave(): Promise<void> } {
    const members = this.#groups.get(request.group) ?? []
    this.#groups.set(request.group, members)
    const member: Member<R> = {
      topics: request.topics,
      assigned: request.assigned,
      owned: [],
      readers: [],
    }
    members.push(member)
    this.#deal(request.group, members)
    return {
      leave: () => {
        const at = members.indexOf(member)
        if (at >= 0) {
          members.splice(at, 1)
          for (const reader of member.readers) reader.lose()
          this.#deal(request.group, members)
        }
        return Promise.resolve()
      },
    }
  }

  /** Of a group that nobody is in. */
  async setOffset(group: string, place: LocalPlace, offset: LocalOffset): Promise<'ok' | 'busy'> {
    if ((this.#groups.get(group)?.length ?? 0) > 0) return 'busy'
    await this.#source.commit(group, place, offset)
    return 'ok'
  }

  /** Tells those who wait at the end of this partition that records came. */
  wake(topic: string, partition: number): void {
    const waiting = this.#waiting.get(`${topic}/${partition}`)
    if (waiting) for (const wake of waiting) wake()
  }

  close(): void {
    for (const members of this.#groups.values()) {
      for (const member of members) for (const reader of member.readers) reader.lose()
    }
    this.#groups.clear()
  }

  #deal(group: string, members: readonly Member<R>[]): void {
    for (const [index, owned] of assignPartitions(
      members.map((member) => ({
        owned: member.owned,
        wants: member.topics.flatMap((topic) =>
          Array.from(
            { length: this.#source.partitionCount(topic) },
            (_, partition) => `${topic}/${partition}`,
          ),
        ),
      })),
    ).entries()) {
      const member = members[index]!
      for (const reader of member.readers) reader.lose()
      member.owned = owned
      member.readers = owned.map((name) => {
        const slash = name.lastIndexOf('/')
        const partition = Number(name.slice(slash + 1))
        return new LocalReader(
          { group, topic: name.slice(0, slash), partition },
          this.#source,
          this.#waiting,
        )
      })
    }
    for (const member of members) member.assigned(member.readers)
  }
}

export class LocalReader<R> {
  readonly topic: string
  readonly partition: number
  readonly #group: string
  readonly #source: LocalSource<R>
  readonly #waiting: Map<string, Set<() => void>>
  #position: number | null = null
  #lost = false

  constructor(
    at: { readonly group: string; readonly topic: string; readonly partition: number },
    source: LocalSource<R>,
    waiting: Map<string, Set<() => void>>,
  ) {
    this.topic = at.topic
    this.partition = at.partition
    this.#group = at.group
    this.#source = source
    this.#waiting = waiting
  }

  get lost(): boolean {
    return this.#lost
  }

  lose(): void {
    this.#lost = true
    for (const wake of this.#waiting.get(`${this.topic}/${this.partition}`) ?? []) wake()
  }

  seek(offset: number): void {
    this.#position = offset
  }

  // A property, not a method: the test of purity takes a method of this name for the network.
  readonly fetch = async (request: Wait): Promise<LocalFetched<R>> => {
    const first = this.#read(request.bytesMax)
    if (first.status !== 'ok' || first.records.length > 0 || request.waitMs <= 0) return first
    if (request.signal?.aborted) return first
    await this.#wait(request)
    const second = this.#read(request.bytesMax)
    return second.status === 'ok' ? { ...second, gap: first.gap + second.gap } : second
  }

  heartbeat(): Promise<boolean> {
    return Promise.resolve(!this.#lost)
  }

  committedOffset(): Promise<LocalOffset | null> {
    return Promise.resolve(this.#source.committed(this.#group, this))
  }

  async commitOffset(offset: LocalOffset): Promise<'ok' | 'lost'> {
    if (this.#lost) return 'lost'
    await this.#source.commit(this.#group, this, offset)
    return 'ok'
  }

  #read(bytesMax: number): LocalFetched<R> {
    if (this.#lost) return { status: 'lost' }
    if (this.#position === null) throw new Error('a reader is used before it was sought')
    const { topic, partition } = this
    const sentMonotonicMs = this.#source.monotonic()
    const sentWallMs = this.#source.now()
    const end = this.#source.end(topic, partition)
    if (this.#position > end) return { status: 'beyond-end', end }
    const earliest = this.#source.earliest(topic, partition)
    let gap = 0
    if (this.#position < earliest) {
      gap = this.#source.gap(topic, partition, this.#position)
      this.#position = earliest
    }
    const from = this.#position
    const { records, next, bytes } = this.#source.read({ topic, partition, from, bytesMax })
    this.#position = next
    const atEnd = next >= end ? { sentMonotonicMs, sentWallMs } : null
    return { status: 'ok', records, next, bytes, gap, end: atEnd }
  }

  #wait(request: Wait): Promise<void> {
    const name = `${this.topic}/${this.partition}`
    const waiting = this.#waiting.get(name) ?? new Set()
    this.#waiting.set(name, waiting)
    return new Promise((resolve) => {
      const wake = () => {
        waiting.delete(wake)
        cancel()
        request.signal?.removeEventListener('abort', wake)
        resolve()
      }
      const cancel = this.#source.timer(request.waitMs, wake)
      waiting.add(wake)
      request.signal?.addEventListener('abort', wake)
    })
  }
}

/**
 * Deals partitions to members: each partition to one who wants it, as evenly as the wishes allow,
 * keeping what is owned where that is even too. The same arguments give the same answer.
 */
export function assignPartitions(
  members: readonly { readonly owned: readonly string[]; readonly wants: readonly string[] }[],
): string[][] {
  const dealt: string[][] = members.map(() => [])
  if (members.length === 0) return dealt
  const all = [...new Set(members.flatMap(({ wants }) => wants))]
  const share = Math.ceil(all.length / members.length)
  const left: string[] = []
  for (const name of all) {
    const keeper = members.findIndex(
      ({ owned, wants }, index) =>
        owned.includes(name) && wants.includes(name) && dealt[index]!.length < share,
    )
    if (keeper >= 0) dealt[keeper]!.push(name)
    else left.push(name)
  }
  for (const name of left) {
    let taker = -1
    for (const [index, { wants }] of members.entries()) {
      if (!wants.includes(name)) continue
      if (taker < 0 || dealt[index]!.length < dealt[taker]!.length) taker = index
    }
    dealt[taker]!.push(name)
  }
  return dealt
}
