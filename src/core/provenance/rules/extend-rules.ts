/**
 * A user's own rules upon those that ship: a later rule of the same id takes the place of an earlier one, own
 * accounts and aliases come first. The version says what was added, so that stored answers of other rules are told
 * apart. Pure. Source: provenance reference, section 20.
 */
import type { Rule, RulesFile } from '../../../contracts/provenance-rules.ts'
import { ConfigError } from '../../kernel/errors.ts'
import { hashFacts } from '../../kernel/ids.ts'

/** A rule of a user is foreign text: its pattern is compiled by an engine that cannot be made slow. */
export type KnownRule = Rule & { readonly foreign?: boolean }

export interface Rules {
  readonly rulesVersion: string
  readonly identities: NonNullable<RulesFile['identities']>
  readonly modelAliases: Readonly<Record<string, string>>
  readonly rules: readonly KnownRule[]
}

export function extendRules(base: RulesFile, own: readonly RulesFile[]): Rules {
  return own.reduce((before, file) => extended(before, file, true), extended(nothing, base, false))
}

const nothing: Rules = { rulesVersion: '', identities: [], modelAliases: {}, rules: [] }

function extended(before: Rules, file: RulesFile, foreign: boolean): Rules {
  const from = file.extends?.length === 0 ? nothing : before
  const known = new Map<string, KnownRule>(from.rules.map((rule) => [rule.id, rule]))
  for (const rule of file.rules) {
    if (foreign && !known.has(rule.id) && !rule.id.startsWith('user/')) {
      throw new ConfigError('provenance.rules', 'ids of own rules that begin with user/', rule.id)
    }
    known.set(rule.id, foreign ? { ...rule, foreign } : rule)
  }
  const digest = hashFacts([JSON.stringify(file)]).slice(0, 8)
  const own = foreign ? `${file.rulesVersion}-${digest}` : file.rulesVersion
  return {
    rulesVersion: from.rulesVersion === '' ? own : `${from.rulesVersion}+${own}`,
    identities: [...(file.identities ?? []), ...from.identities],
    modelAliases: { ...from.modelAliases, ...lowerKeys(file.modelAliases ?? {}) },
    rules: [...known.values()],
  }
}

/** Aliases are looked up by lower case. */
function lowerKeys(aliases: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(aliases).map(([raw, model]) => [raw.toLowerCase(), model]),
  )
}
