/**
 * The detection rules in force: those that ship, and upon them the files of the setting `provenance.rules`, in their
 * order; JSON or YAML, held to `schemas/provenance-rules.json`. Their patterns run on RE2, in linear time.
 */
import { readFileSync } from 'node:fs'
import { RE2JS } from 're2js'
import { parse } from 'yaml'
import { RulesFile } from '../../contracts/provenance-rules.ts'
import { ConfigError } from '../../core/kernel/errors.ts'
import { anchored, type CompilePattern } from '../../core/provenance/line-pattern.ts'
import { RuleBook } from '../../core/provenance/rule-book.ts'
import { defaultRules } from '../../core/provenance/rules/default-rules.ts'
import { extendRules } from '../../core/provenance/rules/extend-rules.ts'

const setting = 'provenance.rules'
const bytesMax = 4 * 1024 * 1024

export function ruleBook(files: readonly string[]): RuleBook {
  return new RuleBook(extendRules(defaultRules, files.map(readRules)), compileLinear)
}

function readRules(file: string): RulesFile {
  const read = RulesFile.safeParse(valueOf(file))
  if (read.success) return read.data
  const [issue] = read.error.issues
  const at = issue!.path.length > 0 ? ` at ${issue!.path.join('.')}` : ''
  throw new ConfigError(setting, `a rules file in ${file}: ${issue!.message}${at}`)
}

function valueOf(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new ConfigError(setting, 'readable files', file)
  }
  if (text.length > bytesMax) throw new ConfigError(setting, 'files of at most 4 MiB', file)
  try {
    return parse(text) as unknown
  } catch {
    throw new ConfigError(setting, 'files of JSON or YAML', file)
  }
}

const compileLinear: CompilePattern = (pattern, flags) => {
  const compiled = RE2JS.compile(anchored(pattern), flags === 'i' ? RE2JS.CASE_INSENSITIVE : 0)
  const names = Object.keys(compiled.namedGroups())
  return {
    match: (line) => {
      const matcher = compiled.matcher(line)
      if (!matcher.find()) return null
      const groups = names.map((name) => [name, matcher.group(name) ?? undefined] as const)
      return { text: matcher.group() ?? '', groups: Object.fromEntries(groups) }
    },
  }
}
