/**
 * Reads Agent Trace records (0.1.0, `version` with two or three parts) and the flat variant of one edit a record.
 *
 * One JSON value, an array of them, or one a line. Never throws; what is no record is skipped and counted. Paths
 * have forward slashes; an absolute one is marked, for it must be found by its end. Of a `file://` address only
 * the last segment is kept, of any other no query; commands and free metadata are dropped here.
 * Source: provenance reference, section 3.
 */
import { isObject, jsonValues, type JsonObject } from '../kernel/json.ts'
import { withoutPath } from './private-text.ts'
import type { LineRange } from './ranges.ts'

export interface TraceConversation {
  readonly id: string
  readonly url?: string
}

/** Lines of one file that one contributor wrote, as the file was while it was edited. */
export interface TraceEdit {
  readonly path: string
  readonly absolute: boolean
  readonly range: LineRange
  readonly by: 'ai' | 'human' | 'mixed'
  readonly tool: string | null
  readonly model: string | null
  readonly conversation: TraceConversation | null
  /** The commit that was checked out, mostly the parent of the one that holds the lines. */
  readonly revision: string | null
  /** Zero where the record has no time. */
  readonly atMs: number
}

export interface ReadTrace {
  readonly edits: readonly TraceEdit[]
  readonly records: number
  readonly skipped: number
}

const charactersMax = 16 * 1024 * 1024
const editsMax = 100_000
const textMax = 256
const versionForm = /^\d+\.\d+(?:\.\d+)?$/
const revisionForm = /^[0-9a-f]{7,64}$/
const pseudoFile = /(?:^|\/)\.(?:sessions|shell-history|unknown)$/
const contributors = new Set(['human', 'ai', 'mixed'])

export function readAgentTrace(text: string): ReadTrace {
  const edits: TraceEdit[] = []
  let records = 0
  let skipped = 0
  if (text.length > charactersMax) return { edits, records, skipped: 1 }
  for (const value of jsonValues(text)) {
    const found = isObject(value) ? (flatEdits(value) ?? recordEdits(value)) : null
    if (found === null || edits.length + found.length > editsMax) skipped++
    else {
      records++
      edits.push(...found)
    }
  }
  return { edits, records, skipped }
}

interface RecordFacts {
  readonly tool: string | null
  readonly revision: string | null
  readonly atMs: number
}

function recordEdits(record: JsonObject): TraceEdit[] | null {
  const { version, files } = record
  if (typeof version !== 'string' || !versionForm.test(version) || !Array.isArray(files))
    return null
  const tool = isObject(record['tool']) ? textOf(record['tool']['name']) : null
  const vcs = isObject(record['vcs']) ? record['vcs'] : {}
  const revision = vcs['type'] === undefined || vcs['type'] === 'git' ? vcs['revision'] : null
  const facts = {
    tool,
    revision: typeof revision === 'string' && revisionForm.test(revision) ? revision : null,
    atMs: timeOf(record['timestamp']),
  }
  return (files as unknown[]).flatMap((file) => (isObject(file) ? fileEdits(file, facts) : []))
}

function fileEdits(file: JsonObject, facts: RecordFacts): TraceEdit[] {
  const place = placeOf(file['path'])
  if (place === null || !Array.isArray(file['conversations'])) return []
  return (file['conversations'] as unknown[]).flatMap((conversation) => {
    if (!isObject(conversation) || !Array.isArray(conversation['ranges'])) return []
    const own = contributorOf(conversation['contributor'])
    const said = conversationOf(conversation)
    return (conversation['ranges'] as unknown[]).flatMap((item): TraceEdit[] => {
      const range = isObject(item) ? rangeOf(item) : null
      const who = (isObject(item) ? contributorOf(item['contributor']) : null) ?? own
      if (range === null || who === null || !contributors.has(who.type)) return []
      const by = who.type as TraceEdit['by']
      return [{ ...place, ...facts, range, by, model: who.model, conversation: said }]
    })
  })
}

/** `agent-trace/v0.1.0`: one edit a record, always of an AI, without a revision. */
function flatEdits(record: JsonObject): TraceEdit[] | null {
  const { schema } = record
  if (typeof schema !== 'string' || !/^agent-trace\/v\d/.test(schema)) return null
  const place = placeOf(record['file_path'])
  const range = rangeOf(record)
  if (place === null || range === null) return []
  const said = textOf(record['session_id'])
  const id = said === null ? null : withoutPath(said)
  return [
    {
      ...place,
      range,
      by: 'ai',
      tool: textOf(record['tool']),
      model: textOf(record['model']) ?? textOf(record['model_id']),
      conversation: id === null ? null : { id },
      revision: null,
      atMs: timeOf(record['timestamp']),
    },
  ]
}

function contributorOf(value: unknown): { type: string; model: string | null } | null {
  if (!isObject(value) || typeof value['type'] !== 'string') return null
  return { type: value['type'], model: textOf(value['model_id']) }
}

function rangeOf(item: JsonObject): LineRange | null {
  const [from, to] = [item['start_line'], item['end_line']]
  const sound = Number.isSafeInteger(from) && Number.isSafeInteger(to)
  return sound && (from as number) >= 1 && (to as number) >= (from as number)
    ? [from as number, to as number]
    : null
}

function placeOf(value: unknown): Pick<TraceEdit, 'path' | 'absolute'> | null {
  if (typeof value !== 'string' || value === '' || value.length > 4096) return null
  const path = value
    .replace(/^file:\/\/(?:localhost)?/, '')
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/)+/, '')
  if (pseudoFile.test(path)) return null
  return { path, absolute: /^(?:\/|[a-z]:\/)/i.test(path) }
}

function conversationOf(conversation: JsonObject): TraceConversation | null {
  const related = Array.isArray(conversation['related'])
    ? (conversation['related'] as unknown[])
    : []
  const session = related.find((each) => isObject(each) && each['type'] === 'session') as
    | JsonObject
    | undefined
  return addressOf(conversation['url']) ?? addressOf(session?.['url'])
}

function addressOf(value: unknown): TraceConversation | null {
  if (typeof value !== 'string' || value === '') return null
  const web = /^(https?):\/\/(?:[^/@]*@)?([^?#]+)/i.exec(value)
  if (!web) {
    const id =
      /^(?!file:)[a-z][a-z0-9+.-]*:/i.test(value) && !/^[a-z]:[\\/]/i.test(value)
        ? null
        : withoutPath(value)
    return id === null ? null : { id: id.slice(0, textMax) }
  }
  const place = web[2]!.replace(/\/+$/, '')
  const id = (place.split('/').at(-1) ?? '').slice(0, textMax)
  return id === '' ? null : { id, url: `${web[1]!}://${place}`.slice(0, textMax) }
}

function timeOf(value: unknown): number {
  const atMs = typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isFinite(atMs) ? atMs : 0
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, textMax) : null
}
