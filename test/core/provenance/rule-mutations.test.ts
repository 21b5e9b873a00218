/**
 * Every rule's pattern is held by cases: by lines that it must and must not find, and by what was decided for thousands of
 * lines near to them. Each mutation of it (a token left out, an alternative left out, a repetition changed) decides at
 * least one of them otherwise.
 */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Rule } from '../../../src/contracts/provenance-rules.ts'
import { compileTrusted, type LinePattern } from '../../../src/core/provenance/line-pattern.ts'
import { defaultRules } from '../../../src/core/provenance/rules/default-rules.ts'

const uuid = '3f2c9a10-7d54-4e0b-9c61-5b8e2f4a7d03'
const odd = uuid.replace('3f2c', '3F2C')
const hexless = uuid.replace('3f2c', '3g2c')
const short = uuid.slice(0, -1)

/** Lines that the pattern finds, and lines that it must not. */
const cases: Readonly<
  Record<string, { readonly yes: readonly string[]; readonly no: readonly string[] }>
> = {
  A2: {
    yes: ['Dana Smith (aider)', ' (aider)'],
    no: [
      'Dana (aider',
      'Dana(aider)',
      'Dana aider)',
      'Dana (aider) x',
      'Dana (aidr)',
      'Dana (aiders)',
    ],
  },
  F2: {
    yes: ['aider: fix', 'AIDER: fix'],
    no: ['aider fix', 'aider:fix', 'x aider: fix', 'aidr: x'],
  },
}
const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** Strings near to those that match, made without knowing the pattern: each character left out, doubled or replaced. */
function near(line: string): string[] {
  const found = new Set<string>()
  for (let at = 0; at <= line.length; at++) {
    const [before, here, after] = [line.slice(0, at), line.slice(at, at + 1), line.slice(at + 1)]
    found.add(before + after)
    found.add(before + here + here + after)
    for (const other of [
      'x',
      'G',
      '7',
      ' ',
      '-',
      '/',
      '.',
      '?',
      '\u00e9',
      alphabet[at % alphabet.length]!,
    ]) {
      found.add(before + other + after)
      found.add(before + other + here + after)
    }
  }
  found.delete(line)
  return [...found]
}

/** One of each way of writing it that the reference shows. */
const seeds: Readonly<Record<string, readonly string[]>> = {
  A2: cases['A2']!.yes,
  F2: cases['F2']!.yes,
  'S1.claude-session': [
    'Claude-Session: https://claude.ai/code/session_01AbCdEf',
    'Claude-Session:https://claude.ai/code/a-b',
    'Claude-Session:  https://claude.ai/code/',
  ],
  'S1.copilot-session': [
    `Copilot-Session: ${uuid}`,
    `Copilot-Session:${odd} x`,
    `Copilot-Session:  ${uuid}`,
  ],
  'S1.agent-logs-url': [
    `Agent-Logs-Url: https://github.com/a/b/sessions/${uuid}`,
    `Agent-Logs-Url:https://github.com/own-er/re.po/sessions/${odd}`,
    `Agent-Logs-Url:  https://github.com/a/b/sessions/${uuid} x`,
  ],
  'S1.amp-thread': [
    `Amp-Thread-ID: https://ampcode.com/threads/T-${uuid}`,
    'Amp-Thread-ID:https://ampcode.com/threads/T-',
    'Amp-Thread-ID:  https://ampcode.com/threads/T-a_1',
  ],
  'S1.replit': [
    'Replit-Commit-Author: Agent',
    'Replit-Commit-Author:Assistant',
    'Replit-Commit-Author:  Agent x',
  ],
  'S1.replit-session': [
    `Replit-Commit-Session-Id: ${uuid}`,
    `Replit-Commit-Session-Id:${odd} x`,
    `Replit-Commit-Session-Id:  ${uuid}`,
  ],
  'S1.claude-generated-by': [
    'Claude-Generated-By: Claude Code (cli/claude-opus-4-5=100%)',
    'Claude-Generated-By:Claude Code (cli/a.b=1%)',
    'Claude-Generated-By:',
    'Claude-Generated-By:  Claude Code (cli/a=1%)',
  ],
  C2: [
    'Entire-Checkpoint: 3fa81c90d2b4',
    'Entire-Checkpoint:3FA81C90D2B4',
    'Entire-Checkpoint: 01ARZ3NDEKTSV4RRFFQ69G5FAV',
    'Entire-Checkpoint:  01arz3ndektsv4rrffq69g5fav  ',
  ],
  X7: [
    'Made-with: Cursor',
    'Made with Cursor',
    '🤖 Made-with  Cursor',
    'Made with Cursor.',
    'Made with Cursor. Thanks',
    'Made with Cursor (x)',
    'Made with Cursor https://cursor.com',
    'Made with Cursor http://cursor.com',
    'Made with Cursor!',
    'Made-with:  Cursor and more',
    'Made-with:Cursor',
    '?? Made with  Cursor.',
  ],
  X8: [
    'AI-assisted: true',
    'ai-assisted:yes',
    'AI-assisted:  true  ',
    'AI-assistant: Cline',
    'Coding-Agent:Cline 2',
    'AI-Agent:  x',
    'AI-assisted-by: somebody',
    'AI-Agent: nobody',
    'AI-Agent: none of them',
    'AI-Agent: no x',
    'AI-Agent: false x',
    'AI-Agent: n/a x',
    'AI-Agent: -x',
  ],
  X9: [
    'Agent-Signature: x',
    'Agent-Signature:x',
    'Agent-Signature:  x',
    'Executed-By: repo/crew/emma',
    'Executed-By:r/polecats/e',
    'Executed-By:  r/mayor/e',
    'Executed-By: r/witness/e',
    'Executed-By: r/refinery/e',
  ],
  F1: [
    'Generated with Claude Code',
    '🤖 Generated with [Claude Code](https://claude.com/claude-code)',
    '馃 Generated with Crush',
    '???????????? Generated with Continue.'.slice(1),
    'Generated with [opencode](x)',
    'Generated with Firebender',
    'Generated with Codex',
    'Generated with Devin',
    'Generated with [Crush](x)',
    'Generated with Continue. Thanks',
    'Generated with Codex https://x',
    'Generated with Codex http://x',
    'Generated with Devin!',
    'Generated with Crush, and more',
    'Generated with Crush <x>',
    'Generated with opencode and more',
    'Generated with Firebender and more',
  ],
  P2: ['codex/x', 'claude/x', 'copilot/x', 'cursor/x', 'devin/x', 'jules/x', 'CLAUDE/x'],
}

/** What was decided for all of the lines near to those: it changes with any mutation, and with a wanted change. */
const decided: Readonly<Record<string, string>> = {
  A2: '684cccc380ed228b',
  C2: '14f930e2f7f93b0c',
  F1: '3f5a2ab870653999',
  F2: '43e2a30b49854327',
  P2: '394dd14156ab4850',
  'S1.agent-logs-url': 'c17c7a0c22205aad',
  'S1.amp-thread': 'd289c66785bb6ecf',
  'S1.claude-generated-by': 'd642295a123a77ea',
  'S1.claude-session': 'f66666021f482b0a',
  'S1.copilot-session': '7bf57da0ec522223',
  'S1.replit-session': '67868ad6bfc774fd',
  'S1.replit': '20098f15b503f2f7',
  X7: '4bffd32f7095ee2c',
  X8: '337b7ce01203b399',
  X9: 'b666bab2d09a8d54',
}

const extra: Readonly<Record<string, readonly string[]>> = {
  'S1.copilot-session': [
    `Copilot-Session: ${short}`,
    `Copilot-Session: ${hexless}`,
    `Copilot-Session: ${uuid}a`,
  ],
  'S1.agent-logs-url': [
    `Agent-Logs-Url: https://github.com/a/b/c/sessions/${uuid}`,
    `Agent-Logs-Url: https://github.com/a b/c/sessions/${uuid}`,
    `Agent-Logs-Url: https://github.com/a/b c/sessions/${uuid}`,
  ],
  C2: [
    'Entire-Checkpoint: 01ARZ3NDEKTSV4RRFFQ69G5FAI',
    'Entire-Checkpoint: 01ARZ3NDEKTSV4RRFFQ69G5FAL x',
  ],
  X7: [
    `${'?'.repeat(13)}Made with Cursor`,
    '[Made with Cursor',
    'Made with Cursory',
    'Made with cursor-based pagination',
    'Made with cursor pointer on hover',
  ],
  X8: [
    'AI-assisted: true story',
    'AI-assisted: no',
    ...['none', 'no', 'false', 'n/a', '-'].flatMap((said) => [
      `AI-Agent: ${said}`,
      `AI-Agent: ${said}  `,
    ]),
    'AI-assistant:',
    'AI-assistant:   ',
  ],
  X9: ['Executed-By: a b/crew/x', 'Executed-By: a/b/crew/x', 'Executed-By: r/crew/ x'],
  F1: [
    `${'?'.repeat(13)}Generated with Crush`,
    '[Generated with Crush',
    'Generated with Crushed',
    'Generated with Continue on error set',
    'Generated with codex tables',
    'Generated with Continue.js',
    'Generated with codex: x',
  ],
  P2: ['x/claude/y', 'claude-x'],
}

/** Tokens of a pattern: a group's opening, an escape, a class, a repetition, an alternative, a character. */
const token =
  /\(\?(?:[:=!]|<[=!]?\w*>?)|\\[bsSwWdD]|\\x[0-9a-f]{2}|\\.|\[(?:\\.|[^\]])*\]|\{\d+(?:,\d*)?\}|[\s\S]/g

/** The pattern with one thing changed; those that do not compile are none. */
function mutants(pattern: string): string[] {
  const tokens = pattern.match(token)!
  const found = new Set<string>()
  const with_ = (at: number, ...put: string[]) =>
    found.add(tokens.toSpliced(at, 1, ...put).join(''))
  tokens.forEach((each, at) => {
    if (/^[()|]|^\(/.test(each)) {
      if (each === '|') {
        // An alternative left out: everything from here to the next bar or the group's end.
        let [depth, end] = [0, at + 1]
        for (; end < tokens.length; end++) {
          if (tokens[end]!.startsWith('(')) depth++
          if (tokens[end] === ')' && depth-- === 0) break
          if (tokens[end] === '|' && depth === 0) break
        }
        found.add([...tokens.slice(0, at), ...tokens.slice(end)].join(''))
      }
      return
    }
    // Without its anchor the loader anchors a pattern by itself.
    if (at === 0) return
    with_(at)
    if (each === '*') with_(at, '+')
    if (each === '?') with_(at, '{2}')
  })
  return [...found].filter((mutant) => mutant !== pattern)
}

function compiled(pattern: string): LinePattern | null {
  try {
    return compileTrusted(pattern, 'i')
  } catch {
    return null
  }
}

const patterned = defaultRules.rules.filter(
  (rule): rule is Rule & { match: { pattern: string } } =>
    rule.match.pattern !== undefined && rule.id !== 'P3',
)

describe('the pattern of rule', () => {
  it.each(patterned.map((rule) => [rule.id, rule.match.pattern] as const))(
    '%s is held by its cases against every mutation',
    (id, pattern) => {
      const own = compiled(pattern)!
      const yes = seeds[id]!
      for (const line of yes) expect(own.match(line), line).not.toBeNull()
      for (const line of extra[id] ?? []) expect(own.match(line), line).toBeNull()
      const lines = [...yes, ...(extra[id] ?? []), ...yes.flatMap(near)]
      const told = lines.map((line) => JSON.stringify(own.match(line)))
      const digest = createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 16)
      expect(`${id} ${digest}`).toBe(`${id} ${decided[id]}`)
      const survivors = mutants(pattern).filter((mutant) => {
        const other = compiled(mutant)
        return (
          other !== null &&
          lines.every((line, at) => JSON.stringify(other.match(line)) === told[at])
        )
      })
      expect(survivors).toEqual([])
    },
  )

  it('P3 is that of the footer of a message', () => {
    const patternOf = (id: string) =>
      defaultRules.rules.find((rule) => rule.id === id)!.match.pattern
    expect(patternOf('P3')).toBe(patternOf('F1'))
  })
})
