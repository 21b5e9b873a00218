/** Modules of kafkajs from inside, for what is mended there: of the one version that the mending knows. */
import { createRequire } from 'node:module'

const knownVersion = '2.2.4'
const require = createRequire(import.meta.url)

/** Null for the version that is known; otherwise why nothing is mended, for one line in the log. */
export function whyUnknown(): string | null {
  const { version } = require('kafkajs/package.json') as { version: string }
  return version === knownVersion ? null : `kafkajs ${version} is not ${knownVersion}`
}

export function moduleOf<Exports>(path: string): Exports {
  return require(`kafkajs/src/${path}`) as Exports
}

/** Those who ask for the module from now on get this; kafkajs asks for its requests when they are first made. */
export function replaceModule<Exports>(path: string, exports: Exports): void {
  const name = require.resolve(`kafkajs/src/${path}`)
  require(name)
  require.cache[name]!.exports = exports
}
