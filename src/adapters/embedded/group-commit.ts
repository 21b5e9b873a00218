/**
 * Runs writes of many callers in shared transactions, so that they share one sync of the disk.
 *
 * Writes run in the order asked. A transaction is all or nothing: when it fails, every caller in it is
 * refused, and `rolledBack` tells those who keep counters beside the tables to read them again. A flush
 * waits, 3 ms at most, until as many writes are there as the last one had: many writers at once find
 * company, a single one never waits.
 */
import type { DatabaseSync } from 'node:sqlite'
import { UnreachableError } from '../../core/kernel/errors.ts'

/** A sync costs about as much CPU as ten records: with several writers at most 330 of them a second. */
const lingerMs = 3
/** Writes of one transaction; what is more goes into the next. */
const jobsMax = 1_000

interface Job {
  readonly write: () => unknown
  readonly committed: ((value: unknown) => void) | null
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

export class GroupCommit {
  readonly #writer: DatabaseSync
  readonly #path: string
  readonly #rolledBack: (() => void)[] = []
  #jobs: Job[] = []
  #lingering: NodeJS.Timeout | null = null
  #immediate = false
  /** How many writes the last flush had. */
  #company = 1
  #flushes = 0
  #closed = false

  constructor({ writer, path }: { readonly writer: DatabaseSync; readonly path: string }) {
    this.#writer = writer
    this.#path = path
  }

  /** Transactions committed. */
  get flushes(): number {
    return this.#flushes
  }

  onRollback(read: () => void): void {
    this.#rolledBack.push(read)
  }

  /**
   * Resolves with what `write` returned once it is durable. `committed` is called with it at once, before
   * any other write runs. `write` must not throw but for the file's sake: it would refuse its neighbours.
   */
  run<T>(write: () => T, committed?: (value: T) => void): Promise<T> {
    if (this.#closed)
      return Promise.reject(new UnreachableError(`store.path: ${this.#path} closed`))
    return new Promise((resolve, reject) => {
      this.#jobs.push({
        write,
        committed: (committed as ((value: unknown) => void) | undefined) ?? null,
        resolve: resolve as (value: unknown) => void,
        reject,
      })
      this.#schedule()
    })
  }

  /** Writes what is waiting; nothing is taken afterwards. */
  close(): void {
    this.#closed = true
    while (this.#jobs.length > 0) this.#flush()
  }

  #schedule(): void {
    if (this.#jobs.length >= this.#company) {
      if (this.#immediate) return
      this.#immediate = true
      setImmediate(() => {
        this.#immediate = false
        this.#flush()
      })
    } else this.#lingering ??= setTimeout(() => this.#flush(), lingerMs)
  }

  #flush(): void {
    if (this.#lingering !== null) clearTimeout(this.#lingering)
    this.#lingering = null
    const jobs = this.#jobs.splice(0, jobsMax)
    if (jobs.length === 0) return
    this.#company = jobs.length
    if (this.#jobs.length > 0) this.#schedule()
    const values: unknown[] = []
    try {
      this.#writer.exec('BEGIN IMMEDIATE')
      for (const job of jobs) values.push(job.write())
      this.#writer.exec('COMMIT')
    } catch (error) {
      this.#refuse(jobs, error)
      return
    }
    this.#flushes++
    for (const [index, job] of jobs.entries()) job.committed?.(values[index])
    for (const [index, job] of jobs.entries()) job.resolve(values[index])
  }

  #refuse(jobs: readonly Job[], error: unknown): void {
    if (this.#writer.isTransaction) this.#writer.exec('ROLLBACK')
    for (const read of this.#rolledBack) read()
    const { code, message } = error as { code?: string; message: string }
    const refused =
      code === 'ERR_SQLITE_ERROR'
        ? new UnreachableError(`store.path: ${this.#path} cannot be written: ${message}`)
        : (error as Error)
    for (const job of jobs) job.reject(refused)
  }
}
