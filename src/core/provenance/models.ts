/**
 * Which tool and model a display name, a note or a trailer speaks of. Normal form of a model: `maker/model`.
 * What is a tool's own junk (`default`, `unknown`, `<synthetic>`) is no model; the original is kept beside it.
 * Source: provenance reference, sections 2.6 and 7.4.
 */
import { withoutPath } from './private-text.ts'
import { modelMakers, toolNames, vendorOf } from './rules/vendors.ts'

export interface Agent {
  /** `unknown` where a record proves an AI but names none. */
  readonly tool: string
  readonly vendor?: string
  readonly modelRaw?: string
  readonly model?: string
  readonly mode?: 'autonomous' | 'interactive' | 'completion' | 'unknown'
}

const claudeName =
  /^Claude(?: Code)?(?: (Opus|Sonnet|Haiku|Fable) (\d+(?:\.\d+)?))?(?: \((\d+)M context\))?$/i
const rawInBrackets = /^(?:Claude|aider|Cursor|Codex) \((.+)\)$/i
const junk = new Set(['', 'default', 'unknown', '<synthetic>', 'tab', 'auto', 'none', 'null'])
const nameMax = 100

export function toolNamed(name: string): string {
  const kept = withoutPath(name) ?? ''
  // Free text that speaks of a path is no tool's name.
  const plain = /[\\/]/.test(kept) ? '' : kept.toLowerCase().slice(0, nameMax)
  return toolNames[plain] ?? (plain === '' ? 'unknown' : plain.replace(/\s+/g, '-'))
}

/** Whether the words are the name of a tool, not merely one of them among others. */
export function knownTool(name: string): string | null {
  return toolNames[name.trim().toLowerCase()] ?? null
}

export function agentOf(
  tool: string,
  modelRaw: string | null,
  aliases: Readonly<Record<string, string>>,
): Agent {
  const raw = (modelRaw === null ? null : withoutPath(modelRaw))?.slice(0, nameMax) ?? ''
  const model = raw === '' ? null : normalModel(raw, aliases)
  const vendor = vendorOf[tool]
  return {
    tool,
    ...(vendor ? { vendor } : {}),
    ...(raw === '' ? {} : { modelRaw: raw }),
    ...(model === null ? {} : { model }),
  }
}

/** `maker/model`, or null for what names no model. */
export function normalModel(raw: string, aliases: Readonly<Record<string, string>>): string | null {
  const plain = raw.trim().replace(/^["']+|["']+$/g, '')
  const claude = claudeName.exec(plain)
  if (claude) {
    const [, family, version] = claude
    if (!family || !version) return null
    return `anthropic/claude-${family.toLowerCase()}-${version.replace('.', '-')}`
  }
  const id = plain.toLowerCase().replace(/\s+/g, '-')
  if (junk.has(id)) return null
  const alias = Object.hasOwn(aliases, id) ? aliases[id] : undefined
  if (alias !== undefined) return alias
  if (/^[a-z][\w.-]*\/\S+$/.test(id)) return id
  const maker = modelMakers.find(([prefix]) => prefix.test(id))?.[1]
  return maker === undefined ? id : `${maker}/${id}`
}

/** What the display name of a co-author says beside the account: the model, rarely another tool. */
export function readDisplayName(name: string): {
  readonly tool: string | null
  readonly modelRaw: string | null
} {
  const plain = name.trim()
  const overriding = /^(Cursor|goose)\b/i.exec(plain)?.[1]?.toLowerCase() ?? null
  const claude = claudeName.exec(plain)
  if (claude) return { tool: overriding, modelRaw: claude[1] ? plain : null }
  const bracketed = rawInBrackets.exec(plain)?.[1]
  if (bracketed !== undefined) return { tool: overriding, modelRaw: bracketed }
  const crush = /^Crush:(.+)$/i.exec(plain)?.[1]
  if (crush !== undefined) return { tool: 'crush', modelRaw: crush }
  const via = /^(.+) via (Crush|Cursor|Claude Code)$/i.exec(plain)
  if (via) return { tool: toolNamed(via[2]!), modelRaw: via[1]! }
  return { tool: overriding, modelRaw: null }
}
