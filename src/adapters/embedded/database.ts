/**
 * The one SQLite file that holds log and store: opened for one process, durable at every commit.
 *
 * WAL with synchronous=FULL: a commit that was answered survives the loss of power. A lock beside the file,
 * held by the operating system for as long as the process lives, keeps a second process out; it falls with
 * the process, so nothing has to be cleaned up after a crash. What is wrong with the file or its folder is
 * said in one line that names `store.path`.
 */
import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ConfigError, UnreachableError } from '../../core/kernel/errors.ts'

/** Raised with every change of the tables; a file of the version before is carried over, others are refused. */
const schemaVersion = 2
/** "Culp": told apart from any other program's SQLite file. */
const applicationId = 0x43756c70

const schema = `
CREATE TABLE streams (
  id INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
  earliest INTEGER NOT NULL, next INTEGER NOT NULL, UNIQUE (topic, partition)
) STRICT;
CREATE TABLE records (
  id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, key TEXT, headers TEXT NOT NULL, value BLOB
) STRICT;
CREATE TABLE segments (
  stream INTEGER NOT NULL, first INTEGER NOT NULL, opened_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
  records INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (stream, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE latest (
  stream INTEGER NOT NULL, key TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (stream, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE group_offsets (
  name TEXT NOT NULL, stream INTEGER NOT NULL, next INTEGER NOT NULL,
  epoch INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (name, stream)
) STRICT, WITHOUT ROWID;
CREATE TABLE units (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, generation INTEGER NOT NULL,
  number INTEGER NOT NULL, next INTEGER, applied TEXT NOT NULL, outbox TEXT NOT NULL,
  epoch INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE groups (
  id INTEGER PRIMARY KEY, unit INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE (unit, name)
) STRICT;
CREATE TABLE entries (
  grp INTEGER NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (grp, key)
) STRICT, WITHOUT ROWID;
PRAGMA application_id = ${applicationId};
PRAGMA user_version = ${schemaVersion};
`

/** What a file of the version before lacks. */
const carriedOver = `
ALTER TABLE group_offsets ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE units ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
PRAGMA user_version = ${schemaVersion};
`

/** Pages of the write-ahead log before it is copied into the file: 16 MiB. */
const pragmas = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -65536;
PRAGMA wal_autocheckpoint = 4000;
`

export interface EmbeddedDatabase {
  readonly path: string
  /** The only connection that writes. */
  readonly writer: DatabaseSync
  /** Sees what is committed; for queries and for reading the log. */
  readonly reader: DatabaseSync
  close(): void
}

export function openDatabase(file: string): EmbeddedDatabase {
  const path = resolve(file)
  const opened: DatabaseSync[] = []
  try {
    mkdirSync(dirname(path), { recursive: true })
    const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 })
    opened.push(lock)
    lock.exec('BEGIN EXCLUSIVE')
    const writer = new DatabaseSync(path, { timeout: 2_500 })
    opened.push(writer)
    writer.exec(pragmas)
    prepareSchema(writer, path)
    const reader = new DatabaseSync(path, { readOnly: true, timeout: 2_500 })
    opened.push(reader)
    return {
      path,
      writer,
      reader,
      close: () => {
        writer.exec('PRAGMA wal_checkpoint(TRUNCATE)')
        for (const database of opened.reverse()) database.close()
      },
    }
  } catch (error) {
    for (const database of opened.reverse()) database.close()
    throw explained(error, file)
  }
}

function prepareSchema(writer: DatabaseSync, path: string): void {
  const version = pragma(writer, 'user_version')
  const tables = writer.prepare('SELECT count(*) AS count FROM sqlite_master').get()!
  if (version === 0 && tables['count'] === 0) {
    writer.exec(`BEGIN IMMEDIATE;${schema}COMMIT`)
    return
  }
  if (pragma(writer, 'application_id') !== applicationId) {
    throw new ConfigError('store.path', 'a file written by this program', path)
  }
  if (version === schemaVersion - 1) {
    writer.exec(`BEGIN IMMEDIATE;${carriedOver}COMMIT`)
  } else if (version !== schemaVersion) {
    throw new ConfigError('store.path', `a file of store version ${schemaVersion}`, version)
  }
}

function pragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()![name]
}

/** Result codes of SQLite (sqlite3.h), without the extended part. */
const busy = 5
const unreadable = new Set([11, 26])

function explained(error: unknown, file: string): Error {
  if (error instanceof ConfigError) return error
  const { code, errcode, message } = error as { code?: string; errcode?: number; message: string }
  const result = (errcode ?? 0) & 0xff
  if (result === busy) {
    return new UnreachableError(`store.path: ${file} is in use by another process`)
  }
  if (unreadable.has(result)) {
    return new UnreachableError(`store.path: ${file} cannot be read: ${message}`)
  }
  if (code === 'ERR_SQLITE_ERROR' || (code !== undefined && /^E[A-Z]+$/.test(code))) {
    return new ConfigError('store.path', 'a file in a folder that can be written', file)
  }
  return error instanceof Error ? error : new Error(String(error))
}
