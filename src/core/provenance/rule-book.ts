/**
 * Rules made ready to be applied: accounts indexed, patterns compiled. One for a program; it holds no state.
 * A pattern that does not compile or is not anchored is a fault of the rules, named at the start.
 */
import { ConfigError } from '../kernel/errors.ts'
import { Identities } from './identities.ts'
import type { Rule, Rules } from './rules/rule.ts'

export interface ReadyRule extends Rule {
  readonly pattern: RegExp | null
}

const patternMax = 1_000

export class RuleBook {
  readonly rulesVersion: string
  readonly identities: Identities
  readonly modelAliases: Readonly<Record<string, string>>
  readonly #byTarget = new Map<Rule['target'], ReadyRule[]>()

  constructor(rules: Rules) {
    this.rulesVersion = rules.rulesVersion
    this.identities = new Identities(rules.accounts)
    this.modelAliases = rules.modelAliases
    for (const rule of rules.rules) {
      if (rule.enabled === false) continue
      const before = this.#byTarget.get(rule.target) ?? []
      this.#byTarget.set(rule.target, [...before, { ...rule, pattern: compiled(rule) }])
    }
  }

  of(target: Rule['target']): readonly ReadyRule[] {
    return this.#byTarget.get(target) ?? []
  }
}

function compiled({ id, match, confidence }: Rule): RegExp | null {
  if (!(confidence >= 0 && confidence <= 1)) {
    throw new ConfigError(`provenance.rules.${id}`, 'a confidence from 0 to 1', confidence)
  }
  if (match.pattern === undefined) return null
  if (!match.pattern.startsWith('^') || match.pattern.length > patternMax) {
    throw new ConfigError(`provenance.rules.${id}`, 'a short pattern that begins with ^')
  }
  try {
    return new RegExp(match.pattern, 'i')
  } catch {
    throw new ConfigError(`provenance.rules.${id}`, 'a regular expression', match.pattern)
  }
}
