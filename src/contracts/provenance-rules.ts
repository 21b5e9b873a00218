/**
 * A file of detection rules: what a mark of AI authorship looks like, which tool it speaks of, how much it says.
 *
 * One ships with Culprit; users add files that extend it, a later rule of the same id wins. Unknown fields are refused.
 * Patterns are matched against one line of at most 1,000 characters, from its start. Source: provenance reference,
 * section 20.
 */
import { z } from 'zod'
import { Evidence } from './change.ts'

const Group = z.object({ group: z.string() }).strict()

/** What identifies an account: an exact address, or GitHub's numeric id, or its account name, `[bot]` included. */
export const Account = z
  .object({
    email: z.string().optional(),
    githubId: z.number().int().optional(),
    slug: z.string().optional(),
    tool: z.string(),
    class: z.enum(['agent', 'automation', 'placeholder']),
    role: z.enum(['author', 'co-author', 'review-suggestion']).optional(),
    /** Recognised, but evidence for nothing by itself, such as a wrapper's address. */
    mute: z.boolean().optional(),
  })
  .strict()
export type Account = z.infer<typeof Account>

export const Rule = z
  .object({
    /** Stable. Of a user's own rule: `user/<name>`. */
    id: z.string().min(1).max(100),
    enabled: z.boolean().optional(),
    target: z.enum([
      'author',
      'committer',
      'message-line',
      'subject',
      'trailer-identity',
      'pr-author',
      'pr-body',
      'head-ref',
      'label',
    ]),
    /** Case-insensitive; of `trailer-identity`, and of `message-line` for the value of such a line. */
    trailerKey: z.array(z.string()).optional(),
    /** Any of them matches. */
    match: z
      .object({
        /** Known accounts of agents; those with role `review-suggestion` are `reviewers`. */
        accounts: z.enum(['agents', 'reviewers']).optional(),
        emails: z.array(z.string()).optional(),
        notEmails: z.array(z.string()).optional(),
        /** `id+slug` of GitHub's no-reply addresses. */
        github: z.array(z.string()).optional(),
        pattern: z.string().min(1).max(1_000).optional(),
        flags: z.enum(['i', '']).optional(),
        /** A trailer's value that names an assistant, in the forms of the projects' policies. */
        assistant: z.enum(['known', 'unknown']).optional(),
      })
      .strict(),
    /** A tool's name; `by-identity`, `by-value`, or a group of the pattern says it; `generic` for none. */
    tool: z.union([z.string(), Group]),
    model: z
      .object({ from: z.enum(['display-name', 'group']), group: z.string().optional() })
      .strict()
      .optional(),
    /** The group that holds the session's id; with `url` the group `url` holds its address. */
    session: z.object({ group: z.string(), url: z.boolean().optional() }).strict().optional(),
    source: Evidence.shape.source,
    role: Evidence.shape.role,
    scope: Evidence.shape.scope.optional(),
    confidence: z.number().min(0).max(1),
    /** Commits of these UTC dates, both included, count less. */
    windows: z
      .array(
        z
          .object({
            from: z.string(),
            to: z.string(),
            confidence: z.number().min(0).max(1),
            flag: z.literal('fp-window'),
          })
          .strict(),
      )
      .optional(),
    /** Evidence of one writer counts once, by its strongest; `tool` (the default) is the detected tool. */
    writerGroup: z.string().optional(),
    since: z.string().optional(),
    note: z.string().optional(),
  })
  .strict()
export type Rule = z.infer<typeof Rule>

export const RulesFile = z
  .object({
    schemaVersion: z.literal(1),
    /** Stored with every answer; it changes with any of the rules. */
    rulesVersion: z.string().min(1).max(100),
    /** Left out it is `culprit:default`; an empty list begins from nothing. */
    extends: z.array(z.literal('culprit:default')).optional(),
    identities: z.array(Account).optional(),
    /** As written -> `provider/model`. */
    modelAliases: z.record(z.string(), z.string()).optional(),
    rules: z.array(Rule),
  })
  .strict()
export type RulesFile = z.infer<typeof RulesFile>
