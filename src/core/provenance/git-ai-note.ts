/**
 * Reads a Git AI note (Standard v3.0.0) with the tolerances that real notes need: no attestation, keys of older
 * versions, UUIDs and literals, unsorted and overlapping ranges, metadata that is missing or broken.
 *
 * Never throws. A note without a divider, or of another schema, is refused with a reason; a line that is no
 * entry is skipped and counted. Transcripts (`messages`) and prompt text are dropped here.
 * Source: provenance reference, section 2.
 */
import { isObject, type JsonObject, parseObject } from '../kernel/json.ts'
import { type LineRange, normalRanges } from './ranges.ts'

export interface NoteAgent {
  readonly tool: string
  readonly model: string | null
  readonly humanDirector: string | null
}

export type NoteKey =
  | { readonly kind: 'session'; readonly id: string; readonly traceId: string }
  | { readonly kind: 'legacy'; readonly id: string }
  | { readonly kind: 'human'; readonly id: string }
  | { readonly kind: 'nameless'; readonly id: string }
  /** Of the older form, which names no session. */
  | { readonly kind: 'tool'; readonly id: string }

export interface NoteEntry {
  readonly path: string
  readonly key: NoteKey
  readonly ranges: readonly LineRange[]
}

export interface GitAiNote {
  readonly entries: readonly NoteEntry[]
  /** By session id or legacy hash. */
  readonly agents: ReadonlyMap<string, NoteAgent>
  readonly people: ReadonlyMap<string, string>
  /** Major and minor of the tool that wrote it; null where it does not say. */
  readonly version: readonly [number, number] | null
  /** Lines and ranges that fit no rule. */
  readonly skipped: number
}

export type ReadNote =
  | { readonly ok: true; readonly note: GitAiNote }
  | {
      readonly ok: false
      readonly reason: 'no-divider' | 'other-schema' | 'not-json' | 'too-large'
    }

const entryLine = /^ {2}(\S+) +(\S.*?)\s*$/
const session = /^(s_[0-9a-f]{7,64})::(t_[0-9a-f]{7,64})$/
const human = /^(?:h_[0-9a-f]{7,64}|human)$/
const legacy = /^[0-9a-f]{7,64}$/
const nameless = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|ai_agent|s_[0-9a-f]{7,64})$/
const range = /^(\d{1,9})(?:-(\d{1,9}))?$/

const charactersMax = 16 * 1024 * 1024
const entriesMax = 100_000
const pathMax = 4096
const textMax = 256

export function readGitAiNote(source: string): ReadNote {
  if (source.length > charactersMax) return { ok: false, reason: 'too-large' }
  const text = source.includes('\r') ? source.replace(/\r\n/g, '\n') : source
  const divider = text.startsWith('---\n') ? -1 : text.indexOf('\n---\n')
  if (divider < 0 && !text.startsWith('---\n')) return { ok: false, reason: 'no-divider' }
  const attestation = divider < 0 ? '' : text.slice(0, divider)
  const metadata = parseObject(text.slice(divider < 0 ? 4 : divider + 5))
  const schema = metadata?.['schema_version']
  if (typeof schema === 'string' && !schema.startsWith('authorship/3.')) {
    return { ok: false, reason: 'other-schema' }
  }
  const { entries, skipped } = readEntries(attestation)
  // Broken metadata behind sound lines still leaves the lines: an AI that is not named.
  if (metadata === null && entries.length === 0) return { ok: false, reason: 'not-json' }
  return { ok: true, note: { entries, skipped, ...readMetadata(metadata ?? {}) } }
}

function readEntries(attestation: string): Pick<GitAiNote, 'entries' | 'skipped'> {
  const entries: NoteEntry[] = []
  let path: string | null = null
  let skipped = 0
  for (const line of linesOf(attestation)) {
    if (line === '') continue
    if (!line.startsWith(' ')) {
      path = /^".*"$/s.test(line) ? line.slice(1, -1) : line
      continue
    }
    const [, key = '', ranges = ''] = entryLine.exec(line) ?? []
    const known = readKey(key.toLowerCase())
    if (path === null || known === null || entries.length >= entriesMax) {
      skipped++
      continue
    }
    const read = readRanges(ranges)
    skipped += read.skipped
    if (read.ranges.length > 0) entries.push({ path, key: known, ranges: read.ranges })
  }
  return { entries, skipped }
}

/** A path in quotation marks may hold line feeds: it goes on to its closing mark. */
function* linesOf(attestation: string): Generator<string> {
  let quoted: string | null = null
  for (const line of attestation.split('\n')) {
    if (quoted === null && line.startsWith('"') && !/^".*"$/.test(line)) quoted = line
    else if (quoted === null) yield line
    else {
      quoted = `${quoted}\n${line}`
      if (!line.endsWith('"') && quoted.length < pathMax) continue
      yield quoted
      quoted = null
    }
  }
}

function readKey(key: string): NoteKey | null {
  const [, id, traceId] = session.exec(key) ?? []
  if (id !== undefined && traceId !== undefined) return { kind: 'session', id, traceId }
  if (human.test(key)) return { kind: 'human', id: key }
  if (legacy.test(key)) return { kind: 'legacy', id: key }
  return nameless.test(key) ? { kind: 'nameless', id: key } : null
}

function readRanges(text: string): { readonly ranges: LineRange[]; readonly skipped: number } {
  const found: LineRange[] = []
  let skipped = 0
  for (const item of text.split(',')) {
    const match = range.exec(item.trim())
    const from = Number(match?.[1])
    const to = match?.[2] === undefined ? from : Number(match[2])
    if (match && from >= 1 && to >= from) found.push([from, to])
    else skipped++
  }
  return { ranges: normalRanges(found), skipped }
}

function readMetadata(metadata: JsonObject): Pick<GitAiNote, 'agents' | 'people' | 'version'> {
  const agents = new Map<string, NoteAgent>()
  for (const field of ['prompts', 'sessions']) {
    for (const [id, record] of recordsOf(metadata[field])) {
      const agent = isObject(record['agent_id']) ? record['agent_id'] : {}
      const tool = textOf(agent['tool'])
      if (tool === null) continue
      const humanDirector = textOf(record['human_author'])
      agents.set(id, { tool, model: textOf(agent['model']), humanDirector })
    }
  }
  const people = new Map<string, string>()
  for (const [id, record] of recordsOf(metadata['humans'])) {
    const author = textOf(record['author'])
    if (author !== null) people.set(id, author)
  }
  return { agents, people, version: versionOf(metadata['git_ai_version']) }
}

/** `1.4.5`, also `development:1.6.24`. */
function versionOf(value: unknown): readonly [number, number] | null {
  const text = textOf(value)
  const match = text === null ? null : /(?:^|:)(\d{1,5})\.(\d{1,5})(?:\.|$|[-+])/.exec(text)
  return match ? [Number(match[1]), Number(match[2])] : null
}

function recordsOf(value: unknown): (readonly [string, JsonObject])[] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([id, record]) => (isObject(record) ? [[id, record]] : []))
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, textMax) : null
}
