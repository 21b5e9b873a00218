/**
 * Who and what wrote a history: changes and added lines by provenance, over time, by tool and model. Merges are left
 * out, for what they bring is counted where it was made. `unknown` means that no mark was found, never a person.
 */
import { z } from 'zod'
import { ProvenanceState } from './change.ts'

const Count = z.number().int().min(0)

/** Changes by state; every state is named. */
const States = z.record(ProvenanceState, Count)

const Lines = z.object({
  added: Count,
  /** [lower, upper]: lines that a record gives to an AI; lines that may be an AI's by any mark. */
  ai: z.tuple([Count, Count]),
  human: Count,
})

export const ProvenanceSummary = z.object({
  type: z.literal('provenance'),
  repository: z.string(),
  revision: z.string(),
  since: z.string().nullable(),
  completeness: z.enum(['complete', 'truncated', 'shallow']),
  /** AI notes of its commits: those that were read, and those that could not be. */
  notes: z.object({ read: Count, refused: Count }),
  changes: Count,
  merges: Count,
  /** Cherry-picks of changes that are counted. */
  twins: Count,
  states: States,
  lines: Lines,
  /** Weeks (from Monday) or calendar months, UTC, oldest first; those without a change are there too. */
  periods: z.array(
    z.object({ start: z.string(), end: z.string(), changes: Count, states: States, lines: Lines }),
  ),
  /** Changes in which a tool and model had a part; one change may count for several. Most first. */
  agents: z.array(
    z.object({
      tool: z.string(),
      model: z.string().nullable(),
      changes: Count,
      sessions: Count,
      lines: z.tuple([Count, Count]),
    }),
  ),
  /** What must be known to read the numbers. */
  caveat: z.string(),
  rulesVersion: z.string().nullable(),
})
export type ProvenanceSummary = z.infer<typeof ProvenanceSummary>
