/** The log that a suite tests, and topics of new names in it. Once opened anew, the tests go on with the new one. */
import type { EventLog, Retention } from '../../../src/ports/event-log.ts'

export interface LogUnderTest {
  readonly log: EventLog
  /** The same data through a log opened anew; left out where nothing outlives the process. */
  readonly reopen?: () => Promise<EventLog>
  readonly close: () => Promise<void>
}

let topicNumber = 0

export class GivenLog {
  readonly #prefix: string
  readonly #under: LogUnderTest
  log: EventLog

  constructor(name: string, under: LogUnderTest) {
    this.#prefix = `contract-${name.replaceAll(/\W/g, '-')}-${process.pid}`
    this.#under = under
    this.log = under.log
  }

  get outlives(): boolean {
    return this.#under.reopen !== undefined
  }

  async reopen(): Promise<void> {
    this.log = await this.#under.reopen!()
  }

  async topic(partitions = 1, kind: Retention['kind'] = 'forever'): Promise<string> {
    const name = `${this.#prefix}-${topicNumber++}`
    const retention: Retention = kind === 'time' ? { kind, ms: 3_600_000 } : { kind }
    await this.log.ensureTopics([{ name, partitions, retention }])
    return name
  }
}
