/**
 * Toy processors of the real shape: a fold, windows closed by ticks, totals. Small enough that the right
 * outputs can be computed by hand, rich enough to show a lost, repeated or reordered record.
 */
import type {
  InputRecord,
  Machine,
  Output,
  Processor,
  RecordTimes,
  StateChanges,
  StateEntry,
} from '../../src/processors/processor.ts'

export const windowMs = 10_000
/** Events of one unit come out of order by less than this. */
export const graceMs = 5_000
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const encode = (value: unknown) => encoder.encode(JSON.stringify(value))
export const decode = <T>(bytes: Uint8Array | null) => JSON.parse(decoder.decode(bytes!)) as T

export interface Raw {
  readonly events: readonly { readonly key: string; readonly atMs: number; readonly n: number }[]
}
export interface Found {
  readonly startMs: number
  readonly key: string
  readonly n: number
  readonly late: boolean
}
export interface Total {
  readonly key: string
  readonly revision: number
  readonly total: number
  readonly windows: number
}

export function foldRaw(raw: Raw, arrivedMs: number): { outputs: Output[]; times: RecordTimes } {
  const sums = new Map<string, { key: string; startMs: number; n: number }>()
  let timeMs = -Infinity
  let lagMs = 0
  for (const { key, atMs, n } of raw.events) {
    const startMs = Math.floor(atMs / windowMs) * windowMs
    const sum = sums.get(`${startMs} ${key}`) ?? { key, startMs, n: 0 }
    sum.n += n
    sums.set(`${startMs} ${key}`, sum)
    timeMs = Math.max(timeMs, Math.min(atMs, arrivedMs))
    lagMs = Math.max(lagMs, arrivedMs - atMs)
  }
  const outputs = [...sums.values()].map((sum) => output('events', sum.key, sum))
  return { outputs, times: { timeMs, arrivedMs, lagMs, telemetry: 1 } }
}

export const toyIngest: Processor = {
  name: 'ingest',
  inputs: ['raw'],
  order: 'publish-then-commit',
  open: () => {
    let times: RecordTimes | null = null
    return {
      apply: (record) => {
        const folded = foldRaw(decode<Raw>(record.value), record.atMs)
        const before: RecordTimes | null = times
        times = {
          timeMs: Math.max(before?.timeMs ?? -Infinity, folded.times.timeMs),
          arrivedMs: record.atMs,
          lagMs: Math.max(before?.lagMs ?? 0, folded.times.lagMs),
          telemetry: (before?.telemetry ?? 0) + 1,
        }
        return folded.outputs
      },
      changedCount: 0,
      takeChanges: () => ({ puts: [], deletes: [], deletedGroups: [] }),
      takeTimes: () => {
        const taken = times
        times = null
        return taken
      },
    }
  },
}

/** Closes windows by the least time of `units`; says what came too late. */
export function toyDetect(units: readonly string[]): Processor {
  return {
    name: 'detect',
    inputs: ['events'],
    order: 'publish-then-commit',
    open: (_unit, entries) => new DetectMachine(units, entries),
  }
}

export const toyAttribute: Processor = {
  name: 'attribute',
  inputs: ['found'],
  order: 'commit-then-publish',
  restore: { topics: ['totals'], partitionBy: () => 'one' },
  open: (_unit, entries) => new AttributeMachine(entries),
}

/** State as a map of maps with the changes since the last commit. */
class State {
  readonly groups = new Map<string, Map<string, unknown>>()
  #changed = new Map<string, { group: string; key: string }>()
  #deletedGroups = new Set<string>()

  constructor(entries: Iterable<StateEntry>) {
    for (const { group, key, value } of entries) this.#group(group).set(key, decode(value))
  }

  get<T>(group: string, key: string): T | undefined {
    return this.groups.get(group)?.get(key) as T | undefined
  }

  put(group: string, key: string, value: unknown): void {
    this.#group(group).set(key, value)
    this.#changed.set(`${group}|${key}`, { group, key })
  }

  deleteGroup(group: string): void {
    this.groups.delete(group)
    this.#deletedGroups.add(group)
  }

  get changedCount(): number {
    return this.#changed.size
  }

  takeChanges(): StateChanges {
    const puts = [...this.#changed.values()]
      .filter(({ group, key }) => this.groups.get(group)?.has(key))
      .map(({ group, key }) => ({ group, key, value: encode(this.get(group, key)) }))
    const deletedGroups = [...this.#deletedGroups]
    this.#changed = new Map()
    this.#deletedGroups = new Set()
    return { puts, deletes: [], deletedGroups }
  }

  #group(group: string): Map<string, unknown> {
    const found = this.groups.get(group) ?? new Map<string, unknown>()
    this.groups.set(group, found)
    return found
  }
}

class DetectMachine implements Machine {
  readonly #units: readonly string[]
  readonly #state: State

  constructor(units: readonly string[], entries: Iterable<StateEntry>) {
    this.#units = units
    this.#state = new State(entries)
  }

  get changedCount(): number {
    return this.#state.changedCount
  }

  takeChanges(): StateChanges {
    return this.#state.takeChanges()
  }

  apply(record: InputRecord): Output[] {
    const event = decode<
      | { kind: 'tick'; units: Record<string, number> }
      | { kind?: undefined; key: string; startMs: number; n: number }
    >(record.value)
    if (event.kind === 'tick') return this.#tick(event.units)
    const { key, startMs, n } = event
    if (startMs + windowMs + graceMs <= (this.#state.get<number>('', 'watermark') ?? 0)) {
      return [output('found', 'one', { startMs, key, n, late: true })]
    }
    const group = String(startMs).padStart(15, '0')
    this.#state.put(group, key, (this.#state.get<number>(group, key) ?? 0) + n)
    return []
  }

  #tick(units: Record<string, number>): Output[] {
    const times = { ...this.#state.get<Record<string, number>>('', 'times') }
    for (const [unit, timeMs] of Object.entries(units)) {
      times[unit] = Math.max(times[unit] ?? 0, timeMs)
    }
    this.#state.put('', 'times', times)
    const watermarkMs = Math.min(...this.#units.map((unit) => times[unit] ?? 0))
    this.#state.put('', 'watermark', watermarkMs)
    const outputs: Output[] = []
    for (const group of [...this.#state.groups.keys()].sort()) {
      if (group === '' || Number(group) + windowMs + graceMs > watermarkMs) continue
      const sums = this.#state.groups.get(group)!
      for (const key of [...sums.keys()].sort()) {
        const found: Found = {
          startMs: Number(group),
          key,
          n: sums.get(key) as number,
          late: false,
        }
        outputs.push(output('found', 'one', found))
      }
      this.#state.deleteGroup(group)
    }
    return outputs
  }
}

class AttributeMachine implements Machine {
  readonly #state: State

  constructor(entries: Iterable<StateEntry>) {
    this.#state = new State(entries)
  }

  get changedCount(): number {
    return this.#state.changedCount
  }

  takeChanges(): StateChanges {
    return this.#state.takeChanges()
  }

  restore(record: InputRecord): void {
    const total = decode<Total>(record.value)
    const known = this.#state.get<Total>('', total.key)
    if ((known?.revision ?? 0) < total.revision) this.#state.put('', total.key, total)
  }

  apply(record: InputRecord): Output[] {
    const { key, n, startMs } = decode<Found>(record.value)
    const before = this.#state.get<Total & { lastMs: number }>('', key)
    // What was restored from the published totals is not counted again when its input is read again.
    if (before !== undefined && startMs <= before.lastMs) return []
    const total = {
      key,
      revision: (before?.revision ?? 0) + 1,
      total: (before?.total ?? 0) + n,
      windows: (before?.windows ?? 0) + 1,
      lastMs: startMs,
    }
    this.#state.put('', key, total)
    return [output('totals', key, total)]
  }
}

function output(topic: string, key: string, value: unknown): Output {
  return { topic, key, partitionBy: key, value: encode(value), headers: {} }
}
