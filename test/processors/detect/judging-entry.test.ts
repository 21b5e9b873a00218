/** How a watch is judged is kept by itself: written when the watch begins, gone with it, read from where it used to be. */
import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../../src/adapters/memory/memory-store.ts'
import type { Checkpoint, Commit, StoredEntry } from '../../../src/ports/checkpoint-store.ts'
import { decode, encode } from '../../../src/processors/detect/entries.ts'
import { DetectUnit } from '../../support/detect-unit.ts'
import { poisson } from '../../support/otlp-lines.ts'
import { seededRandom } from '../../support/random.ts'
import { deploymentOf, minuteOfMetrics } from '../../support/service-events.ts'

const startMs = Date.parse('2026-11-20T00:00:00Z')
const minuteMs = 60_000
/** Long enough for fits of the service's own. */
const releasedAt = 430
const minutes = 510
const service = 'production/shop/checkout'

/** Remembers what was written; may show its entries as a program of format 3 would have left them. */
class WatchedStore extends MemoryStore {
  readonly written: StoredEntry[] = []
  showsFormat3 = false

  override commit(unit: string, commit: Commit) {
    this.written.push(...commit.changes.puts)
    return super.commit(unit, commit)
  }

  override async open(unit: string, nowMs: number): Promise<Checkpoint> {
    const checkpoint = await super.open(unit, nowMs)
    if (!this.showsFormat3) return checkpoint
    return { ...checkpoint, entries: ofFormat3(checkpoint.entries) }
  }
}

/** Judging within the facts of its watch. */
function ofFormat3(entries: readonly StoredEntry[]): StoredEntry[] {
  const judging = new Map(
    entries
      .filter(({ key }) => key.startsWith('judging/'))
      .map(({ key, value }) => [key.slice('judging/'.length), decode(value)]),
  )
  return entries.flatMap((entry) => {
    const stored = decode(entry.value) as Record<string, object>
    const within = (watch: object | null | undefined, key: string) =>
      watch ? { ...watch, judging: judging.get(key) } : watch
    const as = (changes: object) => [{ ...entry, value: encode({ ...stored, ...changes }) }]
    const { group, key } = entry
    if (group !== '') return [entry]
    if (key === 'unit') return as({ format: 3 })
    if (key.startsWith('judging/')) return []
    if (key.startsWith('service/')) {
      return as({ sentinel: within(stored['sentinel'], `${service}/sentinel`) })
    }
    if (!key.startsWith('release/')) return [entry]
    return as({ watch: within(stored['watch'], key.slice('release/'.length)) })
  })
}

interface Asked {
  readonly reopensAt?: readonly number[]
  readonly format3At?: number
}

async function tell({ reopensAt = [], format3At }: Asked = {}) {
  const store = new WatchedStore()
  const unit = new DetectUnit({ store })
  const random = seededRandom(3)
  const findings: string[] = []
  let writtenBefore = 0
  for (let minute = 0; minute < minutes; minute++) {
    const atMs = startMs + minute * minuteMs
    const version = minute < releasedAt ? '1' : '2'
    const errors = poisson(random, 18)
    const row = { route: 'GET /', requests: 3_600, errors, unanswered: 0, latency: null }
    const told = [...unit.tell(minuteOfMetrics({ version, startMs: atMs, rows: [row] }))]
    if (minute === releasedAt)
      told.push(...unit.tell(deploymentOf({ eventId: 'e', atMs, version })))
    told.push(...unit.tick(atMs + minuteMs))
    findings.push(...told.map((each) => JSON.stringify(each)))
    if (minute === format3At) {
      await unit.commit()
      writtenBefore = store.written.length
      store.showsFormat3 = true
      await unit.reopen()
      store.showsFormat3 = false
    } else if (reopensAt.includes(minute)) await unit.reopen()
    else await unit.commit()
  }
  const { entries } = await store.open(unit.unit, 0)
  return {
    findings,
    entries,
    written: store.written,
    writtenLater: store.written.slice(writtenBefore),
  }
}

const keysOf = (entries: readonly StoredEntry[], prefix: string) =>
  entries.map(({ key }) => key).filter((key) => key.startsWith(prefix))

describe('how a watch is judged', () => {
  it('is an entry of its own, written when the watch begins and gone when it is over', async () => {
    const { written, entries } = await tell()
    const releases = keysOf(written, 'judging/').filter((key) => key.includes('/rel_'))
    expect(releases).toHaveLength(1)
    const [release] = releases
    expect(keysOf(written, `release/${release!.slice('judging/'.length)}`).length).toBeGreaterThan(
      30,
    )
    const sentinels = written
      .filter(({ key }) => key === `service/${service}`)
      .map(({ value }) => (decode(value) as { sentinel: { startMs: number } | null }).sentinel)
    const begun = new Set(sentinels.flatMap((each) => each?.startMs ?? []))
    expect(keysOf(written, `judging/${service}/sentinel`)).toHaveLength(begun.size)
    expect(keysOf(entries, 'judging/')).toEqual([`judging/${service}/sentinel`])

    const rest = written.filter(({ group, key }) => group === '' && !key.startsWith('judging/'))
    expect(rest.filter(({ value }) => Buffer.from(value).includes('"kappas"'))).toEqual([])
    const judging = written.find(({ key }) => key === release)!
    expect((decode(judging.value) as { fits: unknown[] }).fits.length).toBeGreaterThan(0)
  })

  it('is what it was to another owner', async () => {
    const { findings } = await tell()
    const again = await tell({ reopensAt: [releasedAt - 10, releasedAt + 1, releasedAt + 33] })
    expect(again.findings).toEqual(findings)
  })

  it('is read from the facts of the watch where the format before had it, and moved', async () => {
    const { findings } = await tell()
    const format3At = releasedAt + 20
    const again = await tell({ format3At, reopensAt: [format3At + 2] })
    expect(again.findings).toEqual(findings)
    const moved = keysOf(again.writtenLater, 'judging/').filter((key) => key.includes('/rel_'))
    expect(moved).toHaveLength(1)
  })
})
