/**
 * The shared store, and each process's view of it. Remembers which generation was given out last, as far as
 * the store itself can know it, and notes every commit of another one that was taken.
 */
import type {
  Checkpoint,
  CheckpointStore,
  Commit,
  CommitAnswer,
} from '../../src/ports/checkpoint-store.ts'
import { MemoryStore } from '../../src/adapters/memory/memory-store.ts'
import type { Life, Network } from './network.ts'

interface Copy {
  readonly units: ReadonlyMap<string, unknown>
  readonly generations: ReadonlyMap<string, number>
  readonly commits: ReadonlyMap<string, number>
}

/** What a planted bug leaves out. */
export interface Unchecked {
  readonly generation?: true
  readonly base?: true
}

const copiesMax = 3

export class SharedStore {
  readonly memory = new MemoryStore()
  /** Commits of an old generation that were taken, in words. */
  readonly stale: string[] = []
  #generations = new Map<string, number>()
  #commits = new Map<string, number>()
  readonly #copies: Copy[] = []

  async open(unit: string, nowMs: number): Promise<Checkpoint> {
    const checkpoint = await this.memory.open(unit, nowMs)
    this.#generations.set(unit, checkpoint.generation)
    this.#commits.set(unit, checkpoint.commit)
    return checkpoint
  }

  async commit(unit: string, commit: Commit, unchecked: Unchecked = {}): Promise<CommitAnswer> {
    const newest = this.#generations.get(unit)
    const { generation, base } = commit
    const asked = {
      ...commit,
      generation: unchecked.generation ? (newest ?? generation) : generation,
      base: unchecked.base ? (this.#commits.get(unit) ?? base) : base,
    }
    const answer = await this.memory.commit(unit, asked)
    if (answer === 'ok') this.#commits.set(unit, asked.base + 1)
    if ((answer === 'ok' || answer === 'done') && newest !== commit.generation) {
      this.stale.push(`${unit} took commit ${commit.base + 1} of an old generation`)
    }
    return answer
  }

  takeCopy(): void {
    this.#copies.push({
      units: this.memory.copy(),
      generations: new Map(this.#generations),
      commits: new Map(this.#commits),
    })
    if (this.#copies.length > copiesMax) this.#copies.shift()
  }

  goBack(copies: number): void {
    const copy = this.#copies.at(-copies) ?? this.#copies[0]
    if (copy === undefined) return this.empty()
    this.memory.goBack(copy.units)
    this.#generations = new Map(copy.generations)
    this.#commits = new Map(copy.commits)
  }

  empty(): void {
    this.memory.empty()
    this.#generations.clear()
    this.#commits.clear()
  }
}

export type StoreCalls = Pick<CheckpointStore, 'open' | 'commit'>

export function simStore(
  shared: StoreCalls,
  { life, network, memory }: { life: Life; network: Network; memory: MemoryStore },
): CheckpointStore {
  const call = async <T>(act: () => Promise<T>): Promise<T> => {
    await life.step()
    try {
      return await network.call('store', act)
    } finally {
      await life.step()
    }
  }
  return {
    open: (unit, nowMs) => call(() => shared.open(unit, nowMs)),
    commit: (unit, commit) => call(() => shared.commit(unit, commit)),
    restart: (unit, nowMs) => call(() => memory.restart(unit, nowMs)),
    place: (unit) => call(() => memory.place(unit)),
    units: () => memory.units(),
    groups: (unit) => memory.groups(unit),
    scan: (unit, group, prefix) => memory.scan(unit, group, prefix),
    close: () => Promise.resolve(),
  }
}
