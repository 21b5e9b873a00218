/**
 * Reads the older form of Git AI, one JSON blob per commit (`authorship/0.0.1`), as if it were a note.
 *
 * An author is an AI when `agent_metadata` is set or the name is a known agent's; other lines stay unknown, for
 * a display name proves no person. Never throws. Source: provenance reference, section 2.7.
 */
import { isObject, parseObject } from '../kernel/json.ts'
import type { NoteEntry, ReadNote } from './git-ai-note.ts'
import { knownTool } from './models.ts'
import { type LineRange, normalRanges } from './ranges.ts'

const itemsMax = 100_000

export function readAuthorshipBlob(text: string): ReadNote {
  const blob = parseObject(text)
  if (blob === null) return { ok: false, reason: 'not-json' }
  if (blob['schema_version'] !== 'authorship/0.0.1') return { ok: false, reason: 'other-schema' }
  const files = isObject(blob['files']) ? Object.entries(blob['files']) : []
  const entries: NoteEntry[] = []
  const agents = new Map<string, { tool: string; model: null; humanDirector: null }>()
  let skipped = 0
  for (const [path, file] of files.slice(0, itemsMax)) {
    const authors = isObject(file) && Array.isArray(file['authors']) ? file['authors'] : []
    for (const author of authors as unknown[]) {
      const name = isObject(author) && typeof author['author'] === 'string' ? author['author'] : ''
      const marked = isObject(author) && isObject(author['agent_metadata'])
      const tool = knownTool(name)
      if (!isObject(author) || (tool === null && !marked)) {
        skipped++
        continue
      }
      const id = tool ?? 'ai_agent'
      if (tool !== null) agents.set(id, { tool, model: null, humanDirector: null })
      const ranges = rangesOf(author['lines'])
      const kind = tool === null ? 'nameless' : 'tool'
      if (ranges.length > 0 && entries.length < itemsMax) {
        entries.push({ path, key: { kind, id }, ranges })
      }
    }
  }
  return { ok: true, note: { entries, agents, people: new Map(), version: null, skipped } }
}

function rangesOf(lines: unknown): LineRange[] {
  if (!Array.isArray(lines)) return []
  const ranges = (lines as unknown[]).slice(0, itemsMax).flatMap((item): LineRange[] => {
    const [from, to] = Array.isArray(item) ? (item as unknown[]) : [item, item]
    return Number.isSafeInteger(from) && Number.isSafeInteger(to)
      ? [[from as number, to as number]]
      : []
  })
  return normalRanges(ranges)
}
