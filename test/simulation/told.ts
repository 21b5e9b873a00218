/** What subscribers were told: each public record once, under its id, in the order of its first telling. */
import type { AuditEntry } from '../../src/contracts/audit-entry.ts'
import type { LogRecord } from '../../src/ports/event-log.ts'
import { topics } from './feed.ts'

type Written = ReadonlyMap<string, readonly LogRecord[]>

export interface Told {
  /** Per release its verdicts in order, with evidence and reason. */
  readonly verdicts: ReadonlyMap<string, readonly string[]>
  /** By topic and id with revision, what is the same in every run; releases have their verdicts. */
  readonly events: ReadonlyMap<string, string>
  /** Two contents under one id. */
  readonly contradictions: readonly string[]
}

const textOf = ({ value }: LogRecord) => Buffer.from(value ?? []).toString()

export function toldBy(written: Written): Told {
  const verdicts = new Map<string, string[]>()
  const events = new Map<string, string>()
  const contents = new Map<string, string>()
  const contradictions: string[] = []
  const takeOnce = (id: string, text: string): 'first' | 'again' => {
    const before = contents.get(id)
    contents.set(id, before ?? text)
    if (before === undefined) return 'first'
    if (before !== text) contradictions.push(`${id}: ${before} and ${text}`)
    return 'again'
  }
  const take = (id: string, text: string) => {
    if (takeOnce(id, text) === 'first') events.set(id, comparable(text))
  }
  for (const record of written.get(topics.releases)!) {
    const text = textOf(record)
    const { id, recordRevision, verdict, evidence, reason } = JSON.parse(text) as Stated
    if (takeOnce(`release ${id} ${recordRevision}`, text) === 'again') continue
    const sequence = verdicts.get(id) ?? []
    verdicts.set(id, sequence)
    const before = sequence.at(-1)
    if (before?.startsWith(`${verdict} `) && verdict === 'watching') continue
    sequence.push(verdict === 'watching' ? 'watching ' : `${verdict} ${evidence} ${reason}`)
  }
  for (const record of written.get(topics.incidents)!) {
    const text = textOf(record)
    if (text === '') continue
    const { id, revision } = JSON.parse(text) as Stated
    take(`incident ${id} ${revision}`, text)
  }
  for (const topic of [topics.alerts, topics.rollbacks]) {
    for (const record of written.get(topic)!) {
      const text = textOf(record)
      const { context } = JSON.parse(text) as { context: { id: string } }
      take(`${topic} ${context.id}`, text)
    }
  }
  for (const record of written.get(topics.audit)!) {
    const text = textOf(record)
    const { chain, n, subject, detail } = JSON.parse(text) as AuditEntry
    if (takeOnce(`audit ${chain} ${n}`, text) === 'again') continue
    events.set(`audit of ${subject} ${String(detail['revision'])}`, comparable(text))
  }
  return { verdicts, events, contradictions }
}

/**
 * What differs between runs by its nature. Time in `attribute` is the watermark of the tick at which
 * something is told, and how far each tick has come is another in every run; so are the hashes of what has
 * such times, and the place in the audit of incidents that two units of `detect` found. And of several
 * traces those are shown that came first, from whichever partition.
 */
const ofTheRun = new Set(['updatedAt', 'timestamp', 'expiresAt', 'hash', 'prev', 'n', 'exemplars'])

function comparable(text: string): string {
  return JSON.stringify(
    JSON.parse(text, (key, value: unknown) => (ofTheRun.has(key) ? undefined : value)),
    (key, value: unknown) => (key === 'at' && typeof value === 'string' ? undefined : value),
  )
}

/**
 * What is the same also where error kinds come in: they wait for logs up to a minute longer than rates wait, so
 * what is known of them when something is told depends on how far the logs had come. Which releases regressed
 * and which incidents were opened does not.
 */
export function gist({ verdicts, events, contradictions }: Told): Told {
  const words = [...verdicts].map(
    ([id, sequence]) => [id, sequence.map((verdict) => verdict.split(' ')[0]!)] as const,
  )
  const opened = [...events.keys()].filter((id) => /^incident \S+ 1$/.test(id))
  return {
    verdicts: new Map(words),
    events: new Map(opened.map((id) => [id, 'opened'])),
    contradictions,
  }
}

interface Stated {
  readonly id: string
  readonly revision: number
  readonly recordRevision: number
  readonly verdict: string
  readonly evidence: number | null
  readonly reason: string
}
