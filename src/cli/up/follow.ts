/**
 * Follows topics from their beginning in this process alone: what the view is built from. A log that does not
 * answer is asked again; a topic that was made anew is followed from its new beginning.
 */
import { untilDone } from '../../engine/publish.ts'
import type { Clock } from '../../ports/clock.ts'
import type { EventLog, LogRecord, PartitionReader } from '../../ports/event-log.ts'

const bytesMax = 4 * 1024 * 1024
const waitMs = 1_000

export interface Following {
  stop(): Promise<void>
}

export async function follow(
  log: Pick<EventLog, 'join' | 'offsets'>,
  options: {
    readonly clock: Clock
    /** Unlike any other process's. */
    readonly group: string
    readonly topics: readonly string[]
    readonly visit: (record: LogRecord) => void
    readonly failed: (error: unknown) => void
  },
): Promise<Following> {
  const { clock } = options
  const stopping = new AbortController()
  const loops: Promise<void>[] = []
  const { signal } = stopping
  const isOver = (reader: PartitionReader) => signal.aborted || reader.lost
  const read = async (reader: PartitionReader) => {
    while (!isOver(reader)) {
      const asked = () => log.offsets(reader.topic, reader.partition)
      const found = await untilDone(asked, { clock, signal, failed: () => undefined })
      if (found === 'abandoned') return
      reader.seek(found.earliest)
      while (!isOver(reader)) {
        const fetched = await reader.fetch({ bytesMax, waitMs, signal })
        if (fetched.status !== 'ok') break
        for (const record of fetched.records) options.visit(record)
      }
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
