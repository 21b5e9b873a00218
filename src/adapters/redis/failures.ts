/**
 * What a failed call means. A server that is down, full, loading, read-only, without its cluster or that
 * no longer knows the password heals by itself or by an operator's hand: UnreachableError, and the same call
 * may be made again. While the store is opened, what no waiting heals is a ConfigError. What is left is a bug.
 */
import { ConfigError, UnreachableError } from '../../core/kernel/errors.ts'

/** First words of answers (server.c, cluster.c, acl.c of Redis 7) that pass. */
const passing = new Set([
  'ASK',
  'BUSY',
  'CLUSTERDOWN',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'MOVED',
  'NOAUTH',
  'NOPERM',
  'NOREPLICAS',
  'NOSCRIPT',
  'OOM',
  'READONLY',
  'TRYAGAIN',
  'UNKILLABLE',
  'WRONGPASS',
])

/** Redis 6 puts what failed inside a script behind its own words. */
const firstWord = /^(?:ERR Error running script.*?-)?([A-Z]+)\b/
/** Redis 7.0 has no word for it inside a script. */
const notPermitted = /\bNOPERM\b|The user executing the script can't/

export function failureOf(error: unknown, address: string): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const { name, message } = error
  if (error instanceof TypeError || error instanceof RangeError) return error
  if (name !== 'ReplyError') return unreachable(address, message)
  const isPassing =
    passing.has(firstWord.exec(message)?.[1] ?? '') ||
    notPermitted.test(message) ||
    message.includes('max number of clients')
  return isPassing ? unreachable(address, message) : error
}

/** The same for calls made while the store is opened. */
export function openingFailureOf(error: unknown, address: string): Error {
  const failure = failureOf(error, address)
  if (!(error instanceof Error) || error.name !== 'ReplyError') return failure
  const wrong = wrongSetting(error, address)
  if (wrong !== null) return wrong
  if (failure instanceof UnreachableError) return failure
  return new ConfigError('redis.url', 'a server that can do what the store does', error.message)
}

export function unreachable(address: string, why: string): UnreachableError {
  return new UnreachableError(`redis.url: ${address} does not answer: ${why}`)
}

/** From a server's first words. */
export function isProtected(greeting: string): boolean {
  return greeting.startsWith('-DENIED')
}

export function protectedMode(address: string): ConfigError {
  const taken =
    'a server that other machines may use: ' +
    `${address} is in protected mode, which a password or its setting \`bind\` ends`
  return new ConfigError('redis.url', taken)
}

/** What an error seen while the store is opened says about the settings; null when waiting may heal it. */
export function wrongSetting(error: Error, address: string): ConfigError | null {
  const { message } = error
  const code = 'code' in error ? String(error.code) : ''
  if (/^(WRONGPASS|NOAUTH)\b|invalid password/.test(message)) {
    return new ConfigError('redis.url', `a user and password that ${address} takes`, message)
  }
  if (notPermitted.test(message)) {
    return new ConfigError('redis.url', 'a user who may do what the store does', message)
  }
  if (/DB index/.test(message)) {
    return new ConfigError('redis.url', `a database that ${address} has`, message)
  }
  if (/cluster support disabled/.test(message)) {
    return new ConfigError('redis.cluster', `false: ${address} belongs to no cluster`, true)
  }
  if (/^MOVED\b/.test(message)) {
    return new ConfigError('redis.cluster', `true: ${address} belongs to a cluster`, false)
  }
  if (/^(ERR_TLS|ERR_SSL|ERR_OSSL|UNABLE_TO|CERT_|DEPTH_ZERO|SELF_SIGNED)/.test(code)) {
    return new ConfigError('redis.url', `a server whose TLS certificate can be trusted`, code)
  }
  return null
}
