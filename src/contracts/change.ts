/**
 * What is in a release and who or what wrote it: `Change`, `Provenance`, `Evidence`, `ReleaseDelta`.
 *
 * Times are integer milliseconds since the epoch; lines are 1-based and inclusive, in the file at the
 * commit (`added`) or at the release head (`head`). Provenance is a label with its evidence. `unknown`
 * means that no record was found; it never means that a person wrote the change.
 */
import { z } from 'zod'

const Ms = z.number().int()
const Count = z.number().int().min(0)
/** 40 or 64 lowercase hex digits; a shorter one only where the source gave no more. */
export const Sha = z.string().regex(/^[0-9a-f]{7,64}$/)
const Range = z.tuple([z.number().int(), z.number().int()])

export const Identity = z.object({
  name: z.string(),
  email: z.string(),
  class: z.enum(['human', 'agent', 'automation', 'placeholder']),
  tool: z.string().optional(),
  githubId: z.number().int().optional(),
})
export type Identity = z.infer<typeof Identity>

export const Evidence = z.object({
  rule: z.string(),
  source: z.enum([
    'git-note',
    'agent-trace',
    'checkpoint',
    'author',
    'committer',
    'trailer',
    'footer',
    'session-key',
    'pr',
    'branch',
    'label',
    'manual',
  ]),
  role: z.enum(['author', 'co-author', 'assist', 'review-suggestion', 'session-link']),
  scope: z.enum(['line', 'file', 'section', 'commit', 'pr']),
  /** P(AI wrote at least one added line of this change | this evidence). */
  confidence: z.number().min(0).max(1),
  /** Where the mark stands, e.g. `refs/notes/ai:<blob>` or `message:L14`. */
  locator: z.string(),
  excerpt: z.string().max(256).optional(),
  flags: z.array(
    z.enum(['squash', 'clamped', 'unresolved-key', 'stale', 'fp-window', 'indented', 'duplicate']),
  ),
})
export type Evidence = z.infer<typeof Evidence>

export const ProvenanceState = z.enum([
  'ai',
  'mixed',
  'human-attested',
  'review-suggestion',
  'automation',
  'conflict',
  'unknown',
])
export type ProvenanceState = z.infer<typeof ProvenanceState>

export const Provenance = z.object({
  state: ProvenanceState,
  agents: z.array(
    z.object({
      tool: z.string(),
      vendor: z.string().optional(),
      modelRaw: z.string().optional(),
      model: z.string().optional(),
      mode: z.enum(['autonomous', 'interactive', 'completion', 'unknown']).optional(),
    }),
  ),
  sessions: z.array(
    z.object({
      id: z.string(),
      agent: z.number().int(),
      url: z.string().optional(),
      traceIds: z.array(z.string()),
      humanDirector: z.string().optional(),
    }),
  ),
  /** Disjoint, inside the added lines. */
  spans: z.array(
    z.object({
      path: z.string(),
      start: z.number().int(),
      end: z.number().int(),
      by: z.enum(['ai', 'human', 'mixed']),
      session: z.number().int().optional(),
      evidence: z.number().int(),
    }),
  ),
  /** `ai` is [lower, upper] bound; ai[0] + human + unknown = linesAdded. */
  lines: z.object({ ai: Range, human: Count, unknown: Count }),
  evidence: z.array(Evidence),
  rulesVersion: z.string(),
})
export type Provenance = z.infer<typeof Provenance>

export const ChangedFile = z.object({
  path: z.string(),
  oldPath: z.string().optional(),
  status: z.enum(['A', 'M', 'D', 'R', 'C']),
  added: z.array(Range).optional(),
  deletedLines: Count.optional(),
  linesAdded: Count.optional(),
  linesDeleted: Count.optional(),
  binary: z.boolean(),
  generated: z.boolean(),
  /** Lines of the file at the release head that this change last touched. */
  head: z.array(Range).optional(),
  /** Functions and classes named in the hunks. */
  functions: z.array(z.string()).optional(),
  /** Words of the added text, for matching error text; never source text. */
  tokens: z.array(z.string()).optional(),
})
export type ChangedFile = z.infer<typeof ChangedFile>

export const Change = z.object({
  /** `${host}/${owner}/${name}@${sha}`, or `${name}@${sha}` for a local repository. */
  id: z.string(),
  repo: z.object({ host: z.string(), owner: z.string(), name: z.string() }),
  sha: Sha,
  parents: z.array(Sha),
  patchId: Sha.optional(),
  kind: z.enum(['commit', 'merge', 'squash', 'revert', 'cherry-pick', 'release', 'dependency']),
  authoredAtMs: Ms,
  committedAtMs: Ms,
  tzOffsetMin: z.number().int(),
  author: Identity,
  committer: Identity,
  coAuthors: z.array(Identity),
  subject: z.string(),
  /** Who answers for its files by the repository's CODEOWNERS, those of most files first. */
  owners: z.array(z.string()).optional(),
  pr: z
    .object({
      number: z.number().int(),
      headRef: z.string().optional(),
      author: z.string().optional(),
      mergedAtMs: Ms.optional(),
      mergeMethod: z.enum(['merge', 'squash', 'rebase', 'unknown']).optional(),
      labels: z.array(z.string()),
      /** Accounts that reviewed it, and checks with what they found, where the user exported them. */
      reviewers: z.array(z.string()).optional(),
      checks: z.array(z.object({ name: z.string(), conclusion: z.string() })).optional(),
    })
    .optional(),
  reverts: z.array(Sha).optional(),
  cherryPickedFrom: Sha.optional(),
  squashOf: z.array(Sha).optional(),
  sections: z
    .array(z.object({ subject: z.string(), evidence: z.array(z.number().int()) }))
    .optional(),
  files: z.array(ChangedFile),
  linesAdded: Count,
  linesDeleted: Count,
  provenance: Provenance,
})
export type Change = z.infer<typeof Change>

export const Completeness = z.enum(['complete', 'truncated', 'unknown-base', 'shallow', 'diverged'])
export type Completeness = z.infer<typeof Completeness>

export const ReleaseDelta = z.object({
  service: z.string(),
  environment: z.string(),
  revision: z.string(),
  previousRevision: z.string().optional(),
  added: z.array(z.string()),
  removed: z.array(z.string()),
  method: z.enum(['git', 'compare-api', 'sentry', 'event', 'tag']),
  completeness: Completeness,
})
export type ReleaseDelta = z.infer<typeof ReleaseDelta>

/** The manifest inside a deployment event's `customData`. */
export const ChangeManifest = z.object({
  schema: z.literal('culprit.change-manifest/1'),
  delta: ReleaseDelta,
  /** How many were left out to fit; `functions` are names. */
  cut: z.object({
    changes: Count,
    files: Count,
    ranges: Count,
    tokens: Count,
    functions: Count.optional(),
  }),
  changes: z.array(Change),
})
export type ChangeManifest = z.infer<typeof ChangeManifest>
