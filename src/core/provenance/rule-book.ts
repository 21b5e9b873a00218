/**
 * Rules made ready to be applied: accounts indexed, patterns compiled. One for a program; it holds no state.
 * A pattern that does not compile is a fault of the rules, named at the start.
 */
import type { Rule } from '../../contracts/provenance-rules.ts'
import { ConfigError } from '../kernel/errors.ts'
import { Identities } from './identities.ts'
import { type CompilePattern, compileTrusted, type LinePattern } from './line-pattern.ts'
import type { KnownRule, Rules } from './rules/extend-rules.ts'

export type ReadyRule = Omit<KnownRule, 'trailerKey'> & {
  readonly pattern: LinePattern | null
  /** Lower case. */
  readonly trailerKeys: readonly string[] | null
}

export class RuleBook {
  readonly rulesVersion: string
  readonly identities: Identities
  readonly modelAliases: Readonly<Record<string, string>>
  readonly rules: readonly ReadyRule[]
  readonly #byTarget = new Map<Rule['target'], ReadyRule[]>()

  /** `compileForeign` is for the patterns of users; without it they are taken as those that ship. */
  constructor(rules: Rules, compileForeign: CompilePattern = compileTrusted) {
    this.rulesVersion = rules.rulesVersion
    this.identities = new Identities(rules.identities)
    this.modelAliases = rules.modelAliases
    this.rules = rules.rules
      .filter(({ enabled }) => enabled !== false)
      .map((rule) => ready(rule, rule.foreign === true ? compileForeign : compileTrusted))
    for (const rule of this.rules) {
      this.#byTarget.set(rule.target, [...(this.#byTarget.get(rule.target) ?? []), rule])
    }
  }

  of(target: Rule['target']): readonly ReadyRule[] {
    return this.#byTarget.get(target) ?? []
  }
}

function ready({ trailerKey, ...rule }: KnownRule, compile: CompilePattern): ReadyRule {
  const { pattern, flags = 'i' } = rule.match
  const trailerKeys = trailerKey?.map((key) => key.toLowerCase()) ?? null
  if (pattern === undefined) return { ...rule, trailerKeys, pattern: null }
  try {
    return { ...rule, trailerKeys, pattern: compile(pattern, flags) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`provenance.rules, rule ${rule.id}`, `a pattern that compiles: ${why}`)
  }
}
