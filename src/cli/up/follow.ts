/** Follows a topic from its beginning in this process alone: what the view is built from. */
import type { EventLog, LogRecord, PartitionReader } from '../../ports/event-log.ts'

const bytesMax = 4 * 1024 * 1024
const waitMs = 1_000

export interface Following {
  stop(): Promise<void>
}

export async function follow(
  log: EventLog,
  options: {
    /** Unlike any other process's. */
    readonly group: string
    readonly topics: readonly string[]
    readonly visit: (record: LogRecord) => void
    readonly failed: (error: unknown) => void
  },
): Promise<Following> {
  const stopping = new AbortController()
  const loops: Promise<void>[] = []
  const read = async (reader: PartitionReader) => {
    const { earliest } = await log.offsets(reader.topic, reader.partition)
    reader.seek(earliest)
    while (!stopping.signal.aborted && !reader.lost) {
      const fetched = await reader.fetch({ bytesMax, waitMs, signal: stopping.signal })
      if (fetched.status !== 'ok') return
      for (const record of fetched.records) options.visit(record)
    }
  }
  const membership = await log.join({
    group: options.group,
    topics: options.topics,
    assigned: (readers) => {
      for (const reader of readers) loops.push(read(reader).catch(options.failed))
    },
  })
  return {
    stop: async () => {
      stopping.abort()
      await Promise.all(loops)
      await membership.leave()
    },
  }
}
