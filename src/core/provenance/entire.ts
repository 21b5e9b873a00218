/**
 * Reads the metadata of an Entire checkpoint: which agents, and how many of the committed lines were theirs.
 *
 * Counts, no ranges. Transcripts and prompts lie beside it and are never asked for. Never throws. Source:
 * provenance reference, section 4.
 */
import { byCodeUnits } from '../kernel/text-order.ts'
import { isObject, parseObject } from '../kernel/json.ts'

export interface CheckpointSession {
  readonly id: string | null
  /** Null where the record says no more than that it was an agent. */
  readonly agent: string | null
  readonly model: string | null
  readonly agentLines: number | null
  readonly files: readonly string[]
}

export interface Checkpoint {
  readonly id: string
  readonly sessions: readonly CheckpointSession[]
}

const textMax = 256
const filesMax = 20_000

export const checkpointId = /^(?:[0-9a-f]{12}|[0-9A-HJKMNP-TV-Z]{26})$/

/** The ids that a message names, each once. */
export function checkpointIdsOf(message: string): string[] {
  const found = message.matchAll(/^[ \t]*Entire-Checkpoint:[ \t]*(\S+)[ \t]*\r?$/gim)
  return [...new Set([...found].map((match) => match[1]!).filter((id) => checkpointId.test(id)))]
}

/** `texts` are the `metadata.json` of the checkpoint and of its sessions; null if none of them is readable. */
export function readCheckpoint(id: string, texts: readonly string[]): Checkpoint | null {
  const objects = texts.map(parseObject).filter((each) => each !== null)
  if (objects.length === 0) return null
  const sessions = objects
    .filter((each) => each['session_id'] !== undefined)
    .map((each): CheckpointSession => {
      const attribution = isObject(each['initial_attribution']) ? each['initial_attribution'] : {}
      const name = textOf(each['agent'])
      return {
        id: textOf(each['session_id']),
        agent: name === null || /^(?:agent|unknown)$/i.test(name) ? null : name,
        model: textOf(each['model']),
        agentLines: countOf(attribution['agent_lines']),
        files: pathsOf(each['files_touched']),
      }
    })
  return { id, sessions: sessions.toSorted((a, b) => byCodeUnits(a.id ?? '', b.id ?? '')) }
}

function countOf(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null
}

function pathsOf(value: unknown): string[] {
  const items = Array.isArray(value) ? (value as unknown[]).slice(0, filesMax) : []
  return items.filter((item) => typeof item === 'string')
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, textMax) : null
}
