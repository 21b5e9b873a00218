/**
 * How a setting is defined: once, with type, default, bounds and why. Parsing the same text from a file,
 * the environment or a flag gives the same value; what does not fit is a `ConfigError` that names it.
 */
import { ConfigError } from '../core/kernel/errors.ts'
import type { Fault } from './structures.ts'

export type SettingType = 'integer' | 'number' | 'boolean' | 'string' | 'list' | 'structure'

export interface Setting<T = unknown> {
  readonly type: SettingType
  readonly default: T
  readonly bounds: string
  readonly why: string
  /** Secrets are shown as `***`, and may be given as `<name>File`. */
  readonly secret: boolean
  /** `value` is a string from environment or flag, or whatever the file's YAML says. */
  parse(name: string, value: unknown): T
}

interface NumberOptions<T> {
  readonly default: T
  readonly min?: number
  readonly max?: number
  readonly why: string
}

function numeric<T extends number | null>(
  type: 'integer' | 'number',
  options: NumberOptions<T>,
): Setting<T> {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = options
  const bounds = [
    Number.isFinite(min) ? `at least ${min}` : '',
    Number.isFinite(max) ? `at most ${max}` : '',
  ]
    .filter((text) => text !== '')
    .join(', ')
  return {
    type,
    default: options.default,
    bounds,
    why: options.why,
    secret: false,
    parse(name, value) {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      const whole = type !== 'integer' || Number.isSafeInteger(number)
      if (
        typeof number !== 'number' ||
        !Number.isFinite(number) ||
        !whole ||
        number < min ||
        number > max
      ) {
        const wanted = type === 'integer' ? 'a whole number' : 'a number'
        throw new ConfigError(name, bounds === '' ? wanted : `${wanted}, ${bounds}`, value)
      }
      return number as T
    },
  }
}

interface TextOptions {
  readonly default: string | null
  readonly why: string
  readonly secret?: boolean
  readonly oneOf?: readonly string[]
  readonly pattern?: { readonly regex: RegExp; readonly says: string }
}

function text(options: TextOptions): Setting<string | null> {
  const { oneOf, pattern, secret = false } = options
  const bounds = oneOf ? oneOf.join(' | ') : (pattern?.says ?? '')
  return {
    type: 'string',
    default: options.default,
    bounds,
    why: options.why,
    secret,
    parse(name, value) {
      if (value === null && options.default === null) return null
      const fits =
        typeof value === 'string' &&
        (oneOf === undefined || oneOf.includes(value)) &&
        (pattern === undefined || pattern.regex.test(value))
      if (!fits)
        throw new ConfigError(name, bounds === '' ? 'text' : bounds, secret ? '***' : value)
      return value
    },
  }
}

export const setting = {
  integer: (options: NumberOptions<number>): Setting<number> => numeric('integer', options),
  number: (options: NumberOptions<number>): Setting<number> => numeric('number', options),
  text: (options: TextOptions & { readonly default: string }): Setting<string> =>
    text(options) as Setting<string>,
  optionalText: (options: Omit<TextOptions, 'default'>): Setting<string | null> =>
    text({ ...options, default: null }),
  boolean: (options: { readonly default: boolean; readonly why: string }): Setting<boolean> => ({
    type: 'boolean',
    bounds: 'true | false',
    secret: false,
    ...options,
    parse(name, value) {
      if (value === true || value === 'true') return true
      if (value === false || value === 'false') return false
      throw new ConfigError(name, 'true or false', value)
    },
  }),
  list: (options: {
    readonly default: readonly string[]
    readonly why: string
  }): Setting<readonly string[]> => ({
    type: 'list',
    bounds: 'comma-separated',
    secret: false,
    ...options,
    parse(name, value) {
      if (typeof value === 'string') {
        return value
          .split(',')
          .map((item) => item.trim())
          .filter((item) => item !== '')
      }
      if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
      throw new ConfigError(name, 'a list of texts', JSON.stringify(value))
    },
  }),
  /** JSON text or YAML. */
  structure: <T>(options: {
    readonly default: T
    readonly bounds: string
    readonly why: string
    readonly secret?: boolean
    readonly check: (value: unknown) => value is T
    /** Points at what `check` refuses. */
    readonly fault?: (value: unknown) => Fault | null
  }): Setting<T> => ({
    type: 'structure',
    default: options.default,
    bounds: options.bounds,
    why: options.why,
    secret: options.secret ?? false,
    parse(name, value) {
      let parsed = value
      if (typeof value === 'string') {
        try {
          parsed = JSON.parse(value)
        } catch {
          throw new ConfigError(name, `JSON: ${options.bounds}`)
        }
      }
      const fault = options.fault?.(parsed) ?? null
      if (fault !== null) throw new ConfigError(`${name}${fault.at}`, fault.expected, fault.got)
      if (!options.check(parsed)) throw new ConfigError(name, options.bounds)
      return parsed
    },
  }),
}
