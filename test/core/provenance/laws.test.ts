import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Change } from '../../../src/contracts/change.ts'
import { readAssistant } from '../../../src/core/provenance/assistant.ts'
import { readAuthorshipBlob } from '../../../src/core/provenance/authorship-blob.ts'
import { combine } from '../../../src/core/provenance/combine.ts'
import { readCommitMarks } from '../../../src/core/provenance/commit-marks.ts'
import { describeChange } from '../../../src/core/provenance/describe-change.ts'
import { readGitAiNote } from '../../../src/core/provenance/git-ai-note.ts'
import { noRecords } from '../../../src/core/provenance/commit-facts.ts'
import { withCheckpoints } from '../../../src/core/provenance/checkpoint-marks.ts'
import { readAgentTrace } from '../../../src/core/provenance/agent-trace.ts'
import { readCodeOwners } from '../../../src/core/provenance/code-owners.ts'
import { checkpointIdsOf, readCheckpoint } from '../../../src/core/provenance/entire.ts'
import { squashOf } from '../../../src/core/provenance/kind.ts'
import { readPullRequests } from '../../../src/core/provenance/pull-request.ts'
import { readRecordMarks } from '../../../src/core/provenance/record-marks.ts'
import { readMessage } from '../../../src/core/provenance/message.ts'
import {
  countLines,
  intersectRanges,
  normalRanges,
  subtractRanges,
} from '../../../src/core/provenance/ranges.ts'
import { book, commit, file, noteOf, repo } from './facts.ts'

const seed = 20_260_822
const runs = { seed, numRuns: 400 }

const range = fc
  .tuple(fc.integer({ min: -2, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([from, size]): [number, number] => [from, from + size])
const ranges = fc.array(range, { maxLength: 8 })
const path = fc.constantFrom('src/cart.ts', 'src/a b.ts', 'lib/x.rs')
const key = fc.constantFrom(
  's_1f3ce0f8ee20e2::t_9f8e7d6c5b4a32',
  's_1f3ce0f8ee20e2::t_aaaaaaaaaaaaaa',
  's_2222222222222::t_aaaaaaaaaaaaaa',
  'h_cc84e23eb791a2',
  'human',
  '866dabf162e96bcb',
  'ai_agent',
  'nonsense!',
)
const noteText = fc
  .tuple(
    fc.array(fc.tuple(path, fc.array(fc.tuple(key, ranges), { maxLength: 4 })), { maxLength: 4 }),
    fc.constantFrom('1.6.1', '1.2.0', ''),
  )
  .map(([files, git_ai_version]) => {
    const lines = files.flatMap(([name, entries]) => [
      name.includes(' ') ? `"${name}"` : name,
      ...entries.map(([who, items]) => `  ${who} ${items.map((each) => each.join('-')).join(',')}`),
    ])
    const sessions = { s_1f3ce0f8ee20e2: { agent_id: { tool: 'claude', id: 'x', model: 'opus' } } }
    const json = JSON.stringify({ schema_version: 'authorship/3.0.0', git_ai_version, sessions })
    return `${lines.map((line) => `${line}\n`).join('')}---\n${json}`
  })
const line = fc.constantFrom(
  'Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>',
  'Co-authored-by: Copilot <copilot@github.com>',
  'Co-authored-by: Dana Roe <dana@roe.dev>',
  'Assisted-by: Cursor (gpt-5)',
  'Claude-Session: https://claude.ai/code/session_01',
  '🤖 Generated with [Claude Code](https://claude.com/claude-code)',
  'Entire-Checkpoint: 3fa81c90d2b4',
  '* feat: one',
  '* fix: two',
  '---------',
  '```',
  '',
)
const message = fc
  .tuple(fc.constantFrom('cart: x', 'cart: x (#12)'), fc.array(line, { maxLength: 10 }))
  .map(([subject, lines]) => [subject, ...lines].join('\n'))
const files = fc
  .uniqueArray(fc.tuple(path, ranges), { selector: ([name]) => name, maxLength: 3 })
  .map((items) => items.map(([name, added]) => file({ path: name, added: normalRanges(added) })))
const traceText = fc
  .array(fc.tuple(path, range, fc.constantFrom('ai', 'human', 'mixed', 'unknown'), fc.nat(3)), {
    maxLength: 5,
  })
  .map((items) =>
    items
      .map(([name, [start_line, end_line], type, hour]) =>
        JSON.stringify({
          version: '0.1.0',
          timestamp: `2026-07-10T0${hour}:00:00Z`,
          files: [
            {
              path: name,
              conversations: [{ contributor: { type }, ranges: [{ start_line, end_line }] }],
            },
          ],
        }),
      )
      .join('\n'),
  )
const traceNote = (text: string) => ({
  ...noteOf(text),
  ref: 'refs/notes/agent-trace',
  form: 'agent-trace' as const,
})
const checkpoint = fc.array(fc.nat(20), { maxLength: 3 }).map((counts) =>
  counts.map((agent_lines, at) =>
    JSON.stringify({
      session_id: `s${at}`,
      agent: 'Claude Code',
      initial_attribution: { agent_lines },
    }),
  ),
)
const facts = fc
  .record({ files, message, note: noteText, trace: traceText, checkpoint })
  .map(({ note, trace, checkpoint: texts, ...over }) => {
    const read = readCheckpoint('3fa81c90d2b4', texts)
    return commit({
      ...over,
      notes: [noteOf(note), traceNote(trace)],
      linked: { ...noRecords, checkpoints: read === null ? [] : [read] },
    })
  })

describe(`laws of provenance, seed ${seed}`, () => {
  it('no parser ever throws, whatever the text', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      noteText,
      fc.json(),
      message,
    )
    fc.assert(
      fc.property(anything, (text) => {
        readGitAiNote(text)
        readGitAiNote(`a.ts\n  ai_agent 1-3\n---\n${text}`)
        readAuthorshipBlob(text)
        readAgentTrace(text)
        readPullRequests(text)
        readCheckpoint('3fa81c90d2b4', [text])
        readCodeOwners(text)(text)
        squashOf(text)
        checkpointIdsOf(text)
        readMessage(text)
        readAssistant(text)
        const person = { name: text, email: text }
        describeChange(commit({ message: text, author: person, notes: [noteOf(text)] }), {
          repo,
          book,
        })
      }),
      runs,
    )
  })

  it('no line takes long to be read: exponential matching would outlast the test', () => {
    const starts = ['Assisted-by: ', 'Co-authored-by: ', '', 'Claude-Session: ', 'Assisted-by: gpt']
    const parts = [
      '1',
      'a ',
      ' via ',
      '(',
      '-1',
      'claude ',
      '?',
      '<',
      '[',
      ' generic LLM',
      '.1',
      '馃',
    ]
    for (const start of starts) {
      for (const part of parts) {
        describeChange(commit({ message: `s\n\n${start}${part.repeat(100_000)}!` }), { repo, book })
      }
    }
  })

  it('spans are disjoint and inside the added lines, and the line counts add up', () => {
    fc.assert(
      fc.property(facts, (each) => {
        const change = Change.parse(describeChange(each, { repo, book }).change)
        const { spans, lines } = change.provenance
        for (const { path: name, added = [] } of change.files) {
          const own = spans.filter((span) => span.path === name)
          const asRanges = own.map(({ start, end }): [number, number] => [start, end])
          expect(countLines(normalRanges(asRanges))).toBe(countLines(asRanges))
          expect(countLines(subtractRanges(normalRanges(asRanges), added))).toBe(0)
        }
        const known = new Set(change.files.map((each_) => each_.path))
        expect(spans.every((span) => known.has(span.path))).toBe(true)
        const [lower, upper] = lines.ai
        expect(lower + lines.human + lines.unknown).toBe(change.linesAdded)
        expect(lower).toBeLessThanOrEqual(upper)
        expect(upper).toBeLessThanOrEqual(change.linesAdded - lines.human)
        const { evidence, sessions, agents } = change.provenance
        for (const span of spans) expect(evidence[span.evidence]).toBeDefined()
        for (const { agent } of sessions) expect(agents[agent]).toBeDefined()
        for (const section of change.sections ?? []) {
          for (const index of section.evidence) expect(evidence[index]).toBeDefined()
        }
      }),
      runs,
    )
  })

  it('the order in which evidence comes changes nothing', () => {
    fc.assert(
      fc.property(facts, fc.integer(), (each, shuffleSeed) => {
        const read = readMessage(each.message)
        const own = readCommitMarks(each, read, book).marks
        const marks = withCheckpoints(own, each, book.modelAliases)
        const noted = readRecordMarks(each, book)
        const question = {
          marks: [...marks, ...noted.marks],
          claims: noted.claims,
          files: each.files,
          linesAdded: each.files.reduce((sum, { added }) => sum + countLines(added), 0),
          authorClass: 'human' as const,
          sections: read.sections,
          rulesVersion: book.rulesVersion,
        }
        const shuffle = <T>(items: readonly T[]): T[] =>
          fc.sample(fc.shuffledSubarray([...items], { minLength: items.length }), {
            seed: shuffleSeed,
            numRuns: 1,
          })[0]!
        const shuffled = {
          ...question,
          marks: shuffle(question.marks),
          claims: shuffle(question.claims),
        }
        expect(combine(shuffled)).toEqual(combine(question))
      }),
      runs,
    )
  })

  it('of many keys on one line the last one wins it, as of few', () => {
    const entries = fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.nat(30), fc.nat(9)), {
      minLength: 70,
      maxLength: 120,
    })
    fc.assert(
      fc.property(entries, (items) => {
        const keyOf = (at: number, kind: number) =>
          kind === 0 ? 'human' : `s_${String(at).padStart(14, '0')}::t_00000000000000`
        const lines = items.map(
          ([from, size, kind], at) => `  ${keyOf(at, kind)} ${from}-${Math.min(200, from + size)}`,
        )
        const added = file({ path: 'a.ts', added: [[1, 200]] })
        const note = noteOf(`a.ts\n${lines.join('\n')}\n---\n{}`)
        const { change } = describeChange(commit({ files: [added], notes: [note] }), { repo, book })
        const { spans, sessions } = change.provenance
        for (let line_ = 1; line_ <= 200; line_++) {
          const over = items.flatMap(([from, size, kind], at) =>
            from <= line_ && line_ <= from + size ? [{ at, kind }] : [],
          )
          const last = over.findLast(({ kind }) => kind !== 0)
          const human = over.some(({ kind }) => kind === 0)
          const span = spans.find(({ start, end }) => start <= line_ && line_ <= end)
          const by = last === undefined ? (human ? 'human' : undefined) : human ? 'mixed' : 'ai'
          expect(span?.by).toBe(by)
          if (by === 'ai') {
            expect(sessions[span!.session!]!.id).toBe(keyOf(last!.at, 1).split('::')[0])
          }
        }
      }),
      { seed, numRuns: 40 },
    )
  })

  it('sets of lines behave as sets', () => {
    const members = (items: readonly (readonly [number, number])[]) =>
      new Set(
        items.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at)),
      )
    fc.assert(
      fc.property(ranges, ranges, (one, two) => {
        const [left, right] = [normalRanges(one), normalRanges(two)]
        const [a, b] = [members(left), members(right)]
        expect(members(intersectRanges(left, right))).toEqual(
          new Set([...a].filter((line_) => b.has(line_))),
        )
        expect(members(subtractRanges(left, right))).toEqual(
          new Set([...a].filter((line_) => !b.has(line_))),
        )
        expect(countLines(left)).toBe(a.size)
      }),
      runs,
    )
  })
})
