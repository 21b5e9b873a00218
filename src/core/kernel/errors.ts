/** The failures that have a name. Bad data is never one of them: it is a refusal, a value with a reason. */

/** The settings are wrong. Thrown only while starting; the process exits 2 with the message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'CONFIG_INVALID'

  /** `setting` is the dotted path that the operator typed, e.g. `windows.sizeMs`. */
  constructor(setting: string, expected: string, actual?: unknown) {
    const got = typeof actual === 'string' ? actual : JSON.stringify(actual)
    super(`${setting}: expected ${expected}${actual === undefined ? '' : `, got ${got}`}`)
  }
}

/** The command line is wrong: exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'USAGE'
}

/** Something needed cannot be reached: exit 3. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
  readonly code = 'UNREACHABLE'
}
