/** Opens log and store of one file, and closes them in the order that loses nothing. */
import type { Clock } from '../../ports/clock.ts'
import { openDatabase } from './database.ts'
import { EmbeddedLog } from './embedded-log.ts'
import { EmbeddedStore } from './embedded-store.ts'
import { GroupCommit } from './group-commit.ts'

export interface Embedded {
  readonly log: EmbeddedLog
  readonly store: EmbeddedStore
  /** Writes what is waiting and gives the file free. */
  close(): Promise<void>
}

/** `path` is the setting `store.path`; what is wrong with it is thrown as ConfigError or UnreachableError. */
export function openEmbedded(options: {
  readonly path: string
  readonly clock: Clock
  readonly bytesMax?: number
}): Embedded {
  const database = openDatabase(options.path)
  const commits = new GroupCommit(database)
  const { clock, bytesMax } = options
  const log = new EmbeddedLog({
    database,
    commits,
    clock,
    ...(bytesMax === undefined ? {} : { bytesMax }),
  })
  return {
    log,
    store: new EmbeddedStore(database, commits),
    close: async () => {
      try {
        await log.close()
      } finally {
        commits.close()
        database.close()
      }
    },
  }
}
