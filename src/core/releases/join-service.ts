/**
 * Which service of the telemetry does a deployment mean? (contract section 4, *Environment*.)
 *
 * The key that it names, if telemetry of it was seen. Else telemetry that leaves out what the event
 * names (environment: only under the default; namespace: none), or the one namespace where the event
 * names none. Never a guess: two candidates join nothing, and the nearest names are said instead.
 */
import type { Release } from '../../contracts/release.ts'
import type { Deployment } from '../../contracts/service-events.ts'
import { formatServiceKey, parseServiceKey } from '../kernel/service-key.ts'

export type Join =
  | { readonly kind: 'joined'; readonly key: string; readonly how: NonNullable<Release['joined']> }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[] }

/** `seen` are the keys with telemetry in the last 24 h whose name is the deployment's. */
export function joinService(
  deployment: Pick<Deployment, 'service' | 'named'>,
  seen: readonly string[],
  defaultEnvironment: string,
): Join {
  if (seen.includes(deployment.service)) {
    return { kind: 'joined', key: deployment.service, how: 'exact' }
  }
  const wanted = parseServiceKey(deployment.service)
  if (wanted === null) return { kind: 'none' }

  const inDefault = formatServiceKey({ ...wanted, environment: defaultEnvironment })
  const namespaceless = formatServiceKey({ ...wanted, namespace: null })
  const bare = formatServiceKey({ ...wanted, environment: defaultEnvironment, namespace: null })
  const byEnvironment = [inDefault].filter((key) => seen.includes(key))
  const byNamespace = [
    ...[namespaceless].filter((key) => wanted.namespace !== null && seen.includes(key)),
    ...seen.filter((key) => wanted.namespace === null && sameEnvironment(key, wanted.environment)),
  ]
  const byBoth = [
    ...[bare].filter((key) => wanted.namespace !== null && seen.includes(key)),
    ...seen.filter((key) => wanted.namespace === null && sameEnvironment(key, defaultEnvironment)),
  ]
  const candidates = [...new Set([...byEnvironment, ...byNamespace, ...byBoth])].sort()
  if (candidates.length > 1) return { kind: 'ambiguous', candidates }
  const [key] = candidates
  if (key === undefined) return { kind: 'none' }
  const how =
    byEnvironment.includes(key) || byBoth.includes(key)
      ? 'default-environment'
      : 'default-namespace'
  return { kind: 'joined', key, how }
}

function sameEnvironment(key: string, environment: string): boolean {
  return parseServiceKey(key)?.environment === environment
}
