/**
 * What one process does of the whole. Roles apart need a log and a store that processes share; on one
 * machine they all run together, but for `ingest`, which keeps no state and may run apart on Kafka.
 */
import type { Config } from '../../config/settings.ts'
import { ConfigError } from '../../core/kernel/errors.ts'

export type Role = 'ingest' | 'detect' | 'attribute' | 'deliver' | 'web'

export const allRoles: readonly Role[] = ['ingest', 'detect', 'attribute', 'deliver', 'web']

/** Those that are there today: nothing is delivered yet. */
const working = allRoles.filter((role) => role !== 'deliver')
const stateful: readonly Role[] = ['detect', 'attribute', 'web']

export function rolesOf(text: string | undefined, { kafka, redis }: Config): ReadonlySet<Role> {
  if (text === undefined) return new Set(allRoles)
  const given = text.split(',').map((role) => role.trim())
  const unknown = given.find((role) => !isRole(role))
  if (unknown !== undefined) {
    throw new ConfigError('--roles', `some of ${allRoles.join(', ')}`, unknown)
  }
  const roles = new Set(given.filter(isRole))
  const lacks = (wanted: readonly Role[]) => wanted.some((role) => !roles.has(role))
  if (kafka.brokers.length === 0 && lacks(working)) {
    throw new ConfigError('--roles', 'all roles together: the embedded log is one process’s', text)
  }
  const some = stateful.some((role) => roles.has(role))
  if (redis.url === null && some && lacks(stateful)) {
    const wanted = 'detect, attribute and web together: the embedded store is one process’s'
    throw new ConfigError('--roles', wanted, text)
  }
  return roles
}

function isRole(text: string): text is Role {
  return (allRoles as readonly string[]).includes(text)
}
