/** `culprit config`: values in force with their origin, or the reference of every setting. */
import { definedSettings } from '../../config/load.ts'
import { configure } from '../configure.ts'

export interface ConfigFlags {
  readonly config?: string
  readonly set: readonly string[]
  readonly reference: boolean
  readonly json: boolean
}

export function runConfig(flags: ConfigFlags): void {
  const { config, origins } = configure(flags)
  const rows = definedSettings().map(({ name, variable, setting }) => {
    const [section, key] = name.split('.') as [string, string]
    const value = (config as unknown as Record<string, Record<string, unknown>>)[section]![key]
    const shown = setting.secret && value !== null ? '***' : value
    const { type, bounds, why } = setting
    const origin = origins.get(name)!
    return { name, variable, type, default: setting.default, bounds, why, value: shown, origin }
  })
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(rows)}\n`)
    return
  }
  for (const { name, variable, type, bounds, why, value, origin, ...row } of rows) {
    const text = (each: unknown) => (typeof each === 'string' ? each : JSON.stringify(each))
    if (flags.reference) {
      const limits = bounds === '' ? type : `${type}, ${bounds}`
      process.stdout.write(
        `${name} = ${text(row.default)}   (${limits}; ${variable})\n    ${why}\n`,
      )
    } else process.stdout.write(`${name} = ${text(value)}   (${origin})\n`)
  }
}
