/**
 * Metrics that count how often a container was started again, as the Collector's receivers for Kubernetes send them, and
 * what stays the same when it is: which pod, which container.
 *
 * Source: k8s_cluster receiver (`k8s.container.restarts`, a gauge) and the OpenTelemetry conventions
 * (`k8s.container.restart.count`, a sum that may fall). Container ids change with every start.
 */
import { hash32, textAt } from '../intake/identity.ts'
import type { Attributes, Metric } from '../intake/otlp/telemetry.ts'

/** In order of preference; the last one Culprit makes itself, of CPU time that begins anew. */
export const ownRestarts = 'instance.restarts'
const names: readonly string[] = [
  'k8s.container.restarts',
  'k8s.container.restart.count',
  ownRestarts,
]

export function isRestarts({ kind, name }: Pick<Metric, 'kind' | 'name'>): boolean {
  return (kind === 'gauge' || kind === 'sum') && name !== ownRestarts && names.includes(name)
}

export function byPreference(one: string, other: string): number {
  return names.indexOf(one) - names.indexOf(other)
}

/** Where a process runs: its pod and container; null where the resource does not tell. */
export function placeOf(resource: Attributes): number | null {
  const pod = textAt(resource, 'k8s.pod.uid') ?? textAt(resource, 'k8s.pod.name')
  if (pod === null) return null
  return hash32(`${pod} ${textAt(resource, 'k8s.container.name') ?? ''}`)
}
