/**
 * Settings from file, environment and flags; later wins in that order. Unknown names are refused with the
 * nearest known one; every fault is one `ConfigError` that names the setting as the operator typed it.
 *
 * Pure but for `readFile`, which is given: files are read for `--config` and for secrets (`<name>File`).
 */
import { parse as parseYaml } from 'yaml'
import { ConfigError } from '../core/kernel/errors.ts'
import { nearest } from './nearest.ts'
import type { Setting } from './setting.ts'
import { type Config, settings } from './settings.ts'

export type Origin = 'default' | 'file' | 'environment' | 'flag'

export interface Loaded {
  readonly config: Config
  /** Dotted name -> where its value came from. */
  readonly origins: ReadonlyMap<string, Origin>
}

export interface Sources {
  /** Path of the file; null for none. */
  readonly file: string | null
  readonly environment: Readonly<Record<string, string | undefined>>
  /** `section.name=value`, in order. */
  readonly flags: readonly string[]
  readonly readFile: (path: string) => string
}

interface Defined {
  readonly name: string
  readonly variable: string
  readonly setting: Setting
}

const aliases: Readonly<Record<string, string>> = {
  KAFKA_BROKERS: 'kafka.brokers',
  REDIS_URL: 'redis.url',
}
/** Variables with our prefix that are no settings. */
const reserved = new Set([
  'CULPRIT_CONFIG',
  'CULPRIT_REQUIRE_SERVICES',
  'CULPRIT_URL',
  'CULPRIT_TOKEN',
])

export function definedSettings(): Defined[] {
  return Object.entries(settings).flatMap(([section, names]) =>
    Object.entries(names).map(([name, each]) => ({
      name: `${section}.${name}`,
      variable: `CULPRIT_${snake(section)}_${snake(name)}`,
      setting: each as Setting,
    })),
  )
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

export function loadConfig(sources: Sources): Loaded {
  const defined = definedSettings()
  const byName = new Map(defined.map((each) => [each.name, each]))
  const values = new Map<string, unknown>(
    defined.map(({ name, setting }) => [name, setting.default]),
  )
  const origins = new Map<string, Origin>(defined.map(({ name }) => [name, 'default']))

  const set = (typed: string, name: string, value: unknown, origin: Origin) => {
    const found = byName.get(name)
    if (found !== undefined) {
      values.set(name, found.setting.parse(typed, value))
      origins.set(name, origin)
      return
    }
    const secret = name.endsWith('File') ? byName.get(name.slice(0, -'File'.length)) : undefined
    if (secret?.setting.secret !== true || typeof value !== 'string') {
      throw unknown(typed, name, [...byName.keys()])
    }
    values.set(secret.name, secret.setting.parse(typed, readSecret(sources, typed, value)))
    origins.set(secret.name, origin)
  }

  for (const [name, value] of fileValues(sources)) set(name, name, value, 'file')
  // Our own names say more than the aliases, which other programs read too.
  for (const [variable, name] of Object.entries(aliases)) {
    const value = sources.environment[variable]
    if (value !== undefined && value !== '') set(variable, name, value, 'environment')
  }
  for (const [variable, value] of Object.entries(sources.environment).sort(byKey)) {
    if (value === undefined) continue
    if (!variable.startsWith('CULPRIT_') || reserved.has(variable)) continue
    const name = nameOfVariable(variable, defined)
    set(variable, name, value, 'environment')
  }
  for (const flag of sources.flags) {
    const at = flag.indexOf('=')
    if (at < 1) throw new ConfigError('--set', 'section.name=value', flag)
    set(flag.slice(0, at), flag.slice(0, at), flag.slice(at + 1), 'flag')
  }
  return { config: nest(values), origins }
}

function nameOfVariable(variable: string, defined: readonly Defined[]): string {
  const exact = defined.find((each) => each.variable === variable)
  if (exact !== undefined) return exact.name
  const file = defined.find((each) => each.setting.secret && `${each.variable}_FILE` === variable)
  if (file !== undefined) return `${file.name}File`
  throw unknown(
    variable,
    variable,
    defined.map((each) => each.variable),
  )
}

function unknown(typed: string, name: string, known: readonly string[]): ConfigError {
  return new ConfigError(typed, `a known setting (nearest: ${nearest(name, known)})`)
}

function readSecret(sources: Sources, typed: string, path: string): string {
  try {
    return sources.readFile(path).trim()
  } catch {
    throw new ConfigError(typed, 'a readable file', path)
  }
}

function fileValues({ file, readFile }: Sources): [string, unknown][] {
  if (file === null) return []
  let parsed: unknown
  try {
    parsed = parseYaml(readFile(file))
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new ConfigError('--config', `a readable YAML file (${why})`, file)
  }
  if (parsed === null || parsed === undefined) return []
  if (typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new ConfigError('--config', 'sections with settings', file)
  }
  return Object.entries(parsed).flatMap(([section, names]): [string, unknown][] => {
    if (names === null) return []
    if (typeof names !== 'object' || Array.isArray(names)) {
      if (section in settings) throw new ConfigError(section, 'a section with settings')
      throw unknown(section, section, Object.keys(settings))
    }
    return Object.entries(names as object).map(([name, value]) => [`${section}.${name}`, value])
  })
}

function nest(values: ReadonlyMap<string, unknown>): Config {
  const config: Record<string, Record<string, unknown>> = {}
  for (const [name, value] of values) {
    const [section, key] = name.split('.') as [string, string]
    config[section] ??= {}
    config[section][key] = value
  }
  return config as Config
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1
}
