import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/adapters/embedded/database.ts'
import { GroupCommit } from '../../../src/adapters/embedded/group-commit.ts'
import { type Embedded, openEmbedded } from '../../../src/adapters/embedded/open-embedded.ts'
import type { NewRecord, Retention } from '../../../src/ports/event-log.ts'
import { joined, okay, readRecords } from '../../contract/event-log/reading.ts'
import { VirtualClock } from '../../simulation/virtual-clock.ts'

const day = 86_400_000
const source = join(import.meta.dirname, '../../../src')
let folder: string
let file: string
let opened: Embedded[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'culprit-embedded-'))
  file = join(folder, 'store', 'culprit.db')
  opened = []
})
afterEach(async () => {
  for (const embedded of opened) await embedded.close().catch(() => undefined)
  rmSync(folder, { recursive: true })
})

function open(options: { clock?: VirtualClock; bytesMax?: number; path?: string } = {}): Embedded {
  const clock = options.clock ?? new VirtualClock()
  const embedded = openEmbedded({ path: file, ...options, clock })
  opened.push(embedded)
  return embedded
}

async function ensure({ log }: Embedded, kind: Retention['kind'] = 'time', partitions = 1) {
  const retention: Retention = kind === 'time' ? { kind, ms: day } : { kind }
  await log.ensureTopics([{ name: 'events', partitions, retention }])
}

function record(value: string, more: Partial<NewRecord> = {}): NewRecord {
  const bytes = new TextEncoder().encode(value)
  return { topic: 'events', partition: 0, key: null, headers: {}, value: bytes, ...more }
}

describe('the embedded file', () => {
  it('makes its folder and can be opened again once it is closed', async () => {
    await open().close()
    await expect(open().close()).resolves.toBeUndefined()
  })

  it('refuses a second opening in one process, and opens when the first is closed', async () => {
    const first = open()
    expect(() => open()).toThrow(`store.path: ${file} is in use by another process`)
    await first.close()
    expect(() => open()).not.toThrow()
  })

  it('refuses a second process in one line, until the first one has died', async () => {
    open()
      .close()
      .catch(() => undefined)
    const script = join(folder, 'holder.ts')
    const from = JSON.stringify(join(source, 'adapters/embedded/database.ts'))
    writeFileSync(
      script,
      `import { openDatabase } from ${from}
       // Kept: what is collected is closed, and the lock with it.
       globalThis.held = openDatabase(${JSON.stringify(file)})
       console.log('open')
       process.stdin.resume()`,
    )
    const holder = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    expect(() => open()).toThrow(`store.path: ${file} is in use by another process`)
    const died = new Promise((resolve) => holder.once('exit', resolve))
    holder.kill('SIGKILL')
    await died
    expect(() => open()).not.toThrow()
  })

  it('says in one line that its folder cannot be written', () => {
    writeFileSync(join(folder, 'plain'), '')
    const path = join(folder, 'plain', 'culprit.db')
    expect(() => open({ path })).toThrow(
      `store.path: expected a file in a folder that can be written, got ${path}`,
    )
  })

  it.each([
    {
      why: 'is no database',
      make: () => writeFileSync(join(folder, 'foreign.db'), 'text '.repeat(1_000)),
      message: 'cannot be read: file is not a database',
    },
    {
      why: 'belongs to another program',
      make: () =>
        execFileSync(process.execPath, [
          '-e',
          `new (require('node:sqlite').DatabaseSync)(${JSON.stringify(join(folder, 'foreign.db'))}).exec('CREATE TABLE t(x)')`,
        ]),
      message: 'store.path: expected a file written by this program',
    },
    {
      why: 'was written by another version',
      make: () => {
        const database = openDatabase(join(folder, 'foreign.db'))
        database.writer.exec('PRAGMA user_version = 99')
        database.close()
      },
      message: 'store.path: expected a file of store version 2, got 99',
    },
  ])('refuses a file that $why', ({ make, message }) => {
    make()
    expect(() => open({ path: join(folder, 'foreign.db') })).toThrow(message)
  })

  it('carries over a file of the version before, with what it holds', async () => {
    const before = open()
    const { generation } = await before.store.open('detect/0', 1)
    const changes = { puts: [], deletes: [], deletedGroups: [] }
    const applied = { logTimeMs: 0, units: [] }
    await before.store.commit('detect/0', { generation, base: 0, next: 7, applied, changes })
    await before.close()
    const database = openDatabase(file)
    database.writer.exec(`
      ALTER TABLE units DROP COLUMN epoch;
      ALTER TABLE group_offsets DROP COLUMN epoch;
      PRAGMA user_version = 1`)
    database.close()
    const after = open()
    expect(await after.store.open('detect/0', 1)).toMatchObject({ commit: 1, next: 7, epoch: 0 })
    await after.close()
  })

  it('keeps what was acknowledged when the process dies without closing', async () => {
    const embedded = open()
    await ensure(embedded, 'time', 2)
    await embedded.log.append([record('a'), record('b', { partition: 1 }), record('c')])
    const { generation } = await embedded.store.open('detect/0', 1)
    const changes = { puts: [], deletes: [], deletedGroups: [] }
    const applied = { logTimeMs: 0, units: [] }
    await embedded.store.commit('detect/0', { generation, base: 0, next: 7, applied, changes })
    // What a dead process leaves behind: the file and its write-ahead log as they are.
    cpSync(join(folder, 'store'), join(folder, 'left'), { recursive: true })
    const after = open({ path: join(folder, 'left', 'culprit.db') })
    await ensure(after, 'time', 2)
    expect(await after.log.offsets('events', 0)).toEqual({ earliest: 0, end: 2 })
    expect(await after.log.offsets('events', 1)).toEqual({ earliest: 0, end: 1 })
    expect(after.log.bytes).toBe(embedded.log.bytes)
    expect((await after.store.open('detect/0', 1)).next).toBe(7)
    await after.log.append([record('d')])
    const { readers, leave } = await joined(after.log, ['events'])
    const texts = (await readRecords(readers('events', 0), 3)).map(({ value }) =>
      new TextDecoder().decode(value!),
    )
    expect(texts).toEqual(['a', 'c', 'd'])
    await leave()
  })
})

describe('retention of the embedded log', () => {
  it('removes what is older than a day, counts it, and tells a reader that comes too late', async () => {
    const clock = new VirtualClock()
    const embedded = open({ clock })
    await ensure(embedded)
    await embedded.log.append([record('old'), record('old too')])
    await clock.advance(3_600_000)
    await embedded.log.append([record('young')])
    await clock.advance(day - 1_800_000)
    await embedded.log.append([record('new')])
    await removed(embedded, 2)
    expect(await embedded.log.offsets('events', 0)).toEqual({ earliest: 2, end: 4 })
    const { readers, leave } = await joined(embedded.log, ['events'])
    const fetched = okay(await readers('events', 0).fetch({ bytesMax: 1_000, waitMs: 0 }))
    expect(fetched.gap).toBe(2)
    expect(fetched.records.map(({ offset }) => offset)).toEqual([2, 3])
    await leave()
  })

  it('keeps to its bytes by removing what ended first, of whatever topic', async () => {
    const clock = new VirtualClock()
    const bytesMax = 6 * 1024 * 1024
    const embedded = open({ clock, bytesMax })
    await ensure(embedded, 'time', 2)
    const large = 'x'.repeat(256 * 1024)
    for (let n = 0; n < 48; n++) {
      await clock.advance(11_000)
      await embedded.log.append([record(large, { partition: n % 2 })])
    }
    await removed(embedded, 16)
    expect(embedded.log.bytes).toBeLessThanOrEqual(bytesMax + 2 * 1024 * 1024)
    const starts = [0, 1].map(async (at) => (await embedded.log.offsets('events', at)).earliest)
    const [one, two] = await Promise.all(starts)
    expect(Math.abs(one! - two!)).toBeLessThanOrEqual(8)
    expect(one! + two!).toBe(embedded.log.removed)
  })

  it('keeps forever what is to be kept forever', async () => {
    const clock = new VirtualClock()
    const embedded = open({ clock, bytesMax: 1 })
    await ensure(embedded, 'forever')
    for (let n = 0; n < 5; n++) {
      await embedded.log.append([record('kept')])
      await clock.advance(10 * day)
    }
    expect(await embedded.log.offsets('events', 0)).toEqual({ earliest: 0, end: 5 })
  })

  it('reads old records from the file and new ones from memory without a seam', async () => {
    const embedded = open()
    await ensure(embedded, 'forever')
    const large = 'x'.repeat(1024 * 1024)
    for (let n = 0; n < 40; n++) await embedded.log.append([record(`${n} ${large}`)])
    const { readers, leave } = await joined(embedded.log, ['events'])
    const records = await readRecords(readers('events', 0), 40)
    expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: 40 }, (_, n) => n))
    expect(records.every(({ value, offset }) => decodeStart(value!) === offset)).toBe(true)
    await leave()
  })
})

describe('GroupCommit', () => {
  it('lets writes that are asked together share one transaction', async () => {
    const database = openDatabase(file)
    const commits = new GroupCommit(database)
    await commits.run(() => undefined)
    const before = commits.flushes
    await Promise.all(Array.from({ length: 50 }, () => commits.run(() => undefined)))
    expect(commits.flushes - before).toBeLessThanOrEqual(2)
    commits.close()
    database.close()
  })

  it('refuses all writes of a transaction that failed, and none of them is in', async () => {
    const database = openDatabase(file)
    const commits = new GroupCommit(database)
    let rolledBack = 0
    commits.onRollback(() => rolledBack++)
    const insert = (name: string) =>
      commits.run(() => {
        database.writer
          .prepare(
            "INSERT INTO units (name, generation, number, applied, outbox) VALUES (?, 1, 0, '', '')",
          )
          .run(name)
      })
    const results = await Promise.allSettled([insert('a'), insert('b'), insert('a')])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect((results[0] as PromiseRejectedResult).reason).toMatchObject({ code: 'UNREACHABLE' })
    expect(rolledBack).toBe(1)
    await insert('c')
    expect(database.reader.prepare('SELECT name FROM units').all()).toEqual([{ name: 'c' }])
    commits.close()
    await expect(insert('d')).rejects.toThrow('closed')
    database.close()
  })

  it('gives offsets again that a failed transaction had taken', async () => {
    const embedded = open()
    await ensure(embedded, 'forever')
    await embedded.log.append([record('a')])
    const lone = record('b', {
      key: 5 as unknown as string,
      value: 'no bytes' as unknown as Uint8Array,
    })
    const broken = embedded.log.append([lone]).catch((error: unknown) => error)
    const neighbour = embedded.log.append([record('c')]).catch((error: unknown) => error)
    await Promise.all([broken, neighbour])
    await embedded.log.append([record('d')])
    const { end } = await embedded.log.offsets('events', 0)
    const { readers, leave } = await joined(embedded.log, ['events'])
    const records = await readRecords(readers('events', 0), end)
    expect(records.map(({ offset }) => offset)).toEqual(Array.from({ length: end }, (_, n) => n))
    await leave()
  })
})

/** Removal runs behind the appends: waits until it has come this far. */
async function removed({ log }: Embedded, count: number): Promise<void> {
  for (let turn = 0; turn < 1_000 && log.removed < count; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(log.removed).toBeGreaterThanOrEqual(count)
}

function decodeStart(value: Uint8Array): number {
  return Number.parseInt(new TextDecoder().decode(value.subarray(0, 8)), 10)
}
