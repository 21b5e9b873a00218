/** Commits for tests of provenance, as a repository would tell them. */
import type { Change } from '../../../src/contracts/change.ts'
import type { CommitFacts, FileFacts } from '../../../src/core/provenance/commit-facts.ts'
import { describeChange } from '../../../src/core/provenance/describe-change.ts'
import { RuleBook } from '../../../src/core/provenance/rule-book.ts'
import { defaultRules } from '../../../src/core/provenance/rules/default-rules.ts'
import { extendRules } from '../../../src/core/provenance/rules/extend-rules.ts'

export const book = new RuleBook(extendRules(defaultRules, []))
export const repo = { host: 'github.com', owner: 'acme', name: 'checkout' }

export function file(over: Partial<FileFacts> = {}): FileFacts {
  return {
    path: 'src/cart.ts',
    status: 'M',
    added: [[1, 10]],
    deletedLines: 0,
    binary: false,
    generated: false,
    functions: [],
    tokens: [],
    ...over,
  }
}

export function commit(over: Partial<CommitFacts> = {}): CommitFacts {
  return {
    sha: 'a'.repeat(40),
    parents: ['b'.repeat(40)],
    author: { name: 'Dana Smith', email: 'dana@shop.dev' },
    committer: { name: 'Dana Smith', email: 'dana@shop.dev' },
    authoredAtMs: Date.parse('2026-07-10T12:00:00Z'),
    committedAtMs: Date.parse('2026-07-10T12:00:00Z'),
    tzOffsetMin: 120,
    message: 'cart: apply discounts',
    files: [file()],
    notes: [],
    linked: null,
    ...over,
  }
}

export function described(over: Partial<CommitFacts> = {}): Change {
  return describeChange(commit(over), { repo, book }).change
}

/** A change whose message ends in this line. */
export function withLine(line: string): Change {
  return described({ message: `cart: apply discounts\n\n${line}\n` })
}

export const noteOf = (text: string) => ({
  ref: 'refs/notes/ai',
  blob: 'c'.repeat(40),
  form: 'git-ai-note' as const,
  text,
})

export function noted(text: string, over: Partial<CommitFacts> = {}): Change {
  return described({ notes: [noteOf(text)], ...over })
}
