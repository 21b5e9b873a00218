/**
 * What the page knows: the newest state of every release and incident, the services seen, and how the
 * connection is. Bounded like the server's own view. An older revision changes nothing, so that a record
 * that comes twice is shown once.
 */
import type { SeenService } from '../../contracts/explanation.ts'
import { computed, signal } from '@preact/signals'
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import { filters } from './place.ts'

const recordsMax = 5_000

export const releases = signal<ReadonlyMap<string, Release>>(new Map())
export const incidents = signal<ReadonlyMap<string, Incident>>(new Map())
export const services = signal<readonly SeenService[]>([])
/** Where telemetry goes, as far as the process that answers knows; undefined before it has answered. */
export const otlp = signal<string | null | undefined>(undefined)

export type Loading =
  | { readonly state: 'loading' | 'ready' }
  | { readonly state: 'failed'; readonly why: string }
export const loading = signal<Loading>({ state: 'loading' })

export interface Connection {
  readonly state: 'connecting' | 'live' | 'lost'
  readonly sinceMs: number
}
export const connection = signal<Connection>({ state: 'connecting', sinceMs: Date.now() })

/** The present, moved once a second by `startClock`. */
export const nowMs = signal(Date.now())

export function takeReleases(items: readonly Release[]): number {
  return take(releases, items, ({ recordRevision }) => recordRevision)
}

export function takeIncidents(items: readonly Incident[]): number {
  return take(incidents, items, ({ revision }) => revision)
}

function take<T extends { readonly id: string }>(
  target: { value: ReadonlyMap<string, T> },
  items: readonly T[],
  revisionOf: (item: T) => number,
): number {
  const next = new Map(target.value)
  let changed = 0
  for (const item of items) {
    const known = next.get(item.id)
    if (known !== undefined && revisionOf(known) >= revisionOf(item)) continue
    next.set(item.id, item)
    if (next.size > recordsMax) next.delete(next.keys().next().value!)
    changed++
  }
  if (changed > 0) target.value = next
  return changed
}

/** Names of all environments in the records. */
export const environments = computed(() =>
  [
    ...new Set([
      ...[...releases.value.values()].map(({ service }) => service.environment),
      ...[...incidents.value.values()].map(({ environment }) => environment),
      ...services.value.map(({ service }) => decodeURIComponent(service.split('/')[0] ?? '')),
    ]),
  ].sort(),
)

/** The environment in view: of the address, else `production` or the first there is; `all` is none. */
export const environment = computed(() => {
  const wanted = filters.value.environment
  if (wanted !== null) return wanted
  const all = environments.value
  return all.includes('production') || all.length === 0 ? 'production' : all[0]!
})

export const releasesHere = computed(() =>
  [...releases.value.values()].filter(({ service }) => here(service.environment)),
)

export const incidentsHere = computed(() =>
  [...incidents.value.values()].filter((incident) => here(incident.environment)),
)

export const servicesHere = computed(() =>
  services.value.filter(({ service }) => here(decodeURIComponent(service.split('/')[0] ?? ''))),
)

function here(name: string): boolean {
  return environment.value === 'all' || name === environment.value
}

/** No telemetry of the environment in view has come in, and no release of it is known. */
export const silentHere = computed(
  () =>
    otlp.value !== undefined && servicesHere.value.length === 0 && releasesHere.value.length === 0,
)

/** Newest telemetry of any service in view; null before the first. */
export const dataMs = computed(() => {
  const times = servicesHere.value.flatMap(({ lastSeenAt }) =>
    lastSeenAt === null ? [] : [Date.parse(lastSeenAt)],
  )
  return times.length === 0 ? null : Math.max(...times)
})

const staleAfterMs = 60_000
export const stale = computed(
  () => dataMs.value !== null && nowMs.value - dataMs.value > staleAfterMs,
)
