/**
 * The rules that ship with Culprit. Source: provenance reference, sections 7 and 16; `rulesVersion` changes
 * with any of them and is stored with every answer.
 */
import { accounts } from './accounts.ts'
import type { Rule, Rules } from './rule.ts'

const uuid = String.raw`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`
/** Emoji and what broken encodings make of them: anything but what opens a sentence, a list or a quotation. */
const ornament = String.raw`^(?:[^\x00-\x7f]|[ ?]){0,12}`

const footer = String.raw`${ornament}Generated with \[?(?<tool>Claude Code|Crush|Continue|opencode|Firebender|Codex|Devin)\b`

const sessionKey = (id: string, tool: string, pattern: string): Rule => ({
  id: `S1.${id}`,
  target: 'message-line',
  match: { pattern },
  tool,
  session: true,
  source: 'session-key',
  role: 'session-link',
  confidence: 0.97,
})

const identityRules: readonly Rule[] = [
  {
    id: 'A1',
    target: 'author',
    match: { accounts: 'agents' },
    tool: 'by-identity',
    model: 'display-name',
    source: 'author',
    role: 'author',
    confidence: 0.98,
  },
  {
    id: 'A2',
    target: 'author',
    match: { pattern: String.raw`^.* \(aider\)$` },
    tool: 'aider',
    source: 'author',
    role: 'author',
    confidence: 0.97,
    note: 'the committer’s suffix alone marks the user’s own changes and is no rule (A3)',
  },
  {
    id: 'A4',
    target: 'committer',
    match: { accounts: 'agents' },
    tool: 'by-identity',
    model: 'display-name',
    source: 'committer',
    role: 'session-link',
    confidence: 0.6,
  },
]

const trailerRules: readonly Rule[] = [
  {
    id: 'X1',
    target: 'trailer-identity',
    trailerKeys: ['co-authored-by'],
    match: { accounts: 'agents', notEmails: ['copilot@github.com'] },
    tool: 'by-identity',
    model: 'display-name',
    source: 'trailer',
    role: 'co-author',
    confidence: 0.95,
  },
  {
    id: 'X2',
    target: 'trailer-identity',
    trailerKeys: ['co-authored-by'],
    match: { emails: ['copilot@github.com'] },
    tool: 'copilot',
    source: 'trailer',
    role: 'co-author',
    confidence: 0.85,
    windows: [{ from: '2026-04-15', to: '2026-05-31', confidence: 0.4, flag: 'fp-window' }],
    note: 'VS Code 1.117 tagged code that Copilot did not write',
  },
  {
    id: 'X3',
    target: 'trailer-identity',
    trailerKeys: ['co-authored-by'],
    match: { accounts: 'reviewers' },
    tool: 'by-identity',
    source: 'trailer',
    role: 'review-suggestion',
    confidence: 0.9,
  },
  {
    id: 'X4',
    target: 'trailer-identity',
    trailerKeys: ['assisted-by', 'co-developed-by'],
    match: { assistant: 'known' },
    tool: 'by-value',
    source: 'trailer',
    role: 'assist',
    confidence: 0.9,
  },
  {
    id: 'X5',
    target: 'trailer-identity',
    trailerKeys: ['assisted-by'],
    match: { assistant: 'unknown' },
    tool: 'generic',
    source: 'trailer',
    role: 'assist',
    confidence: 0.05,
    note: 'the credit of a person, as curl uses it',
  },
  {
    id: 'X6',
    target: 'trailer-identity',
    trailerKeys: ['generated-by'],
    match: { assistant: 'known' },
    tool: 'by-value',
    source: 'trailer',
    role: 'co-author',
    confidence: 0.85,
  },
]

const lineRules: readonly Rule[] = [
  sessionKey(
    'claude-session',
    'claude-code',
    String.raw`^Claude-Session:\s*(?<url>https://claude\.ai/code/(?<id>[\w-]*))`,
  ),
  sessionKey('copilot-session', 'copilot', String.raw`^Copilot-Session:\s*(?<id>${uuid})\b`),
  sessionKey(
    'agent-logs-url',
    'copilot',
    String.raw`^Agent-Logs-Url:\s*(?<url>https://github\.com/[^/\s]+/[^/\s]+/sessions/(?<id>${uuid}))\b`,
  ),
  sessionKey(
    'amp-thread',
    'amp',
    String.raw`^Amp-Thread-ID:\s*(?<url>https://ampcode\.com/threads/(?<id>T-[\w-]*))`,
  ),
  sessionKey('replit', 'replit', String.raw`^Replit-Commit-Author:\s*(?:Agent|Assistant)\b`),
  {
    ...sessionKey(
      'claude-generated-by',
      'claude-code',
      String.raw`^Claude-Generated-By:(?:\s*Claude Code \(cli/(?<model>[\w.-]+)=)?`,
    ),
    model: 'group',
    session: false,
  },
  {
    id: 'C2',
    target: 'message-line',
    match: {
      pattern: String.raw`^Entire-Checkpoint:\s*(?:[0-9a-f]{12}|[0-9A-HJKMNP-TV-Z]{26})\s*$`,
    },
    tool: 'generic',
    source: 'checkpoint',
    role: 'session-link',
    confidence: 0.85,
  },
  {
    id: 'X7',
    target: 'message-line',
    match: { pattern: String.raw`${ornament}Made(?:-with:|[ -]with) *Cursor\b` },
    tool: 'cursor',
    source: 'footer',
    role: 'co-author',
    confidence: 0.9,
  },
  {
    id: 'X8',
    target: 'message-line',
    match: {
      pattern: String.raw`^(?:AI-assisted:\s*(?:true|yes)\s*$|(?:AI-assistant|Coding-Agent|AI-Agent|AI-assisted-by):\s*(?!(?:none|no|false|n/a|-)\s*$)(?<tool>\S.*)$)`,
    },
    tool: 'by-group',
    source: 'trailer',
    role: 'assist',
    confidence: 0.8,
  },
  {
    id: 'X9',
    enabled: false,
    target: 'message-line',
    match: {
      pattern: String.raw`^(?:Agent-Signature:\s*\S|Executed-By:\s*[^/\s]+/(?:crew|polecats|mayor|witness|refinery)/\S)`,
    },
    tool: 'generic',
    source: 'trailer',
    role: 'assist',
    confidence: 0.6,
  },
  {
    id: 'F1',
    target: 'message-line',
    match: {
      pattern: footer,
    },
    tool: 'by-group',
    source: 'footer',
    role: 'co-author',
    confidence: 0.93,
  },
  {
    id: 'F2',
    target: 'subject',
    match: { pattern: '^aider: ' },
    tool: 'aider',
    source: 'footer',
    role: 'co-author',
    confidence: 0.8,
  },
]

/** Labels mean something in one repository only: no rule for them ships (L1). */
const pullRules: readonly Rule[] = [
  {
    id: 'P1',
    target: 'pr-author',
    match: { accounts: 'agents' },
    tool: 'by-identity',
    source: 'pr',
    role: 'author',
    confidence: 0.95,
  },
  {
    id: 'P2',
    target: 'head-ref',
    match: { pattern: '^(?<tool>codex|claude|copilot|cursor|devin|jules)/' },
    tool: 'by-group',
    source: 'branch',
    role: 'co-author',
    confidence: 0.7,
  },
  {
    id: 'P3',
    target: 'pr-body',
    match: { pattern: footer },
    tool: 'by-group',
    source: 'pr',
    role: 'co-author',
    confidence: 0.8,
  },
]

export const defaultRules: Rules = {
  schemaVersion: 1,
  rulesVersion: '2026.08.2',
  accounts,
  modelAliases: {
    'claude-4.5-opus': 'anthropic/claude-opus-4-5',
    'claude-4.5-opus-high-thinking': 'anthropic/claude-opus-4-5',
    'claude-4.5-sonnet': 'anthropic/claude-sonnet-4-5',
    'claude-4.5-sonnet-thinking': 'anthropic/claude-sonnet-4-5',
  },
  rules: [...identityRules, ...trailerRules, ...lineRules, ...pullRules],
}
