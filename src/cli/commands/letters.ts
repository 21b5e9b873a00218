/** Dead letters as they lie in the log: which there are, what one holds, and where it can be sent again. */
import type { EventLog, LogRecord, NewRecord } from '../../ports/event-log.ts'
import type { Topics } from '../../processors/topics.ts'

export interface Letter {
  /** `<partition>@<offset>` in the topic of dead letters. */
  readonly id: string
  readonly atMs: number
  readonly reason: string
  /** Topic or door that it came by. */
  readonly from: string
  readonly key: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly value: Uint8Array
}

/** The newest `max`, oldest first. */
export async function newestLetters(
  log: Pick<EventLog, 'readAll'>,
  topic: string,
  max: number,
): Promise<Letter[]> {
  let letters: Letter[] = []
  const byTime = (a: Letter, b: Letter) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1)
  await log.readAll(topic, (record) => {
    letters.push(letterOf(record))
    // Sorted now and then: partitions are read one after the other.
    if (letters.length >= 2 * max + 1_000) letters = letters.sort(byTime).slice(-max)
  })
  return letters.sort(byTime).slice(-max)
}

export async function findLetter(
  log: Pick<EventLog, 'readAll'>,
  topic: string,
  id: string,
): Promise<Letter | null> {
  let found: Letter | null = null
  await log.readAll(topic, (record) => {
    if (idOf(record) === id) found = letterOf(record)
  })
  return found
}

/** The record that gives it to `ingest` once more; null for what no input topic takes. */
export function sentAgain(
  letter: Letter,
  topics: Topics,
  partitionCount: (topic: string) => number,
): NewRecord | null {
  const topic = inputOf(letter.from, topics)
  if (topic === null) return null
  // Any partition will do: inputs come without an order between their records.
  const partition = Number(letter.id.split('@')[1]) % partitionCount(topic)
  const headers = Object.fromEntries(
    Object.entries(letter.headers).filter(([name]) => !name.startsWith('culprit-')),
  )
  return { topic, partition, key: letter.key, value: letter.value, headers }
}

function inputOf(from: string, topics: Topics): string | null {
  const inputs = [topics.spans, topics.metrics, topics.logs, topics.deployments, topics.commands]
  if (inputs.includes(from)) return from
  const doors: Readonly<Record<string, string>> = {
    'http/v1/traces': topics.spans,
    'http/v1/metrics': topics.metrics,
    'http/v1/logs': topics.logs,
    'http/v1/events': topics.deployments,
  }
  return doors[from] ?? null
}

function idOf({ partition, offset }: LogRecord): string {
  return `${partition}@${offset}`
}

function letterOf(record: LogRecord): Letter {
  const { atMs, key, headers, value } = record
  return {
    id: idOf(record),
    atMs,
    reason: headers['culprit-reason'] ?? 'unknown',
    from: headers['culprit-topic'] ?? 'unknown',
    key,
    headers,
    value: value ?? new Uint8Array(),
  }
}
