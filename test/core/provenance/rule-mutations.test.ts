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
import { decided, found, notFound } from './pattern-cases.ts'

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
      const yes = found[id]!
      for (const line of yes) expect(own.match(line), line).not.toBeNull()
      for (const line of notFound[id] ?? []) expect(own.match(line), line).toBeNull()
      const lines = [...yes, ...(notFound[id] ?? []), ...yes.flatMap(near)]
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
