/** Reads the lists and explanations of the API. A refusal is a value with its reason; nothing is thrown. */
import type { ReleaseDetail, SeenService } from '../../contracts/explanation.ts'
import { signal } from '@preact/signals'
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import { isRecord } from '../model/verdict.ts'
import { loading, otlp, services, takeIncidents, takeReleases } from './records.ts'

type Answer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly why: string }

async function ask(path: string): Promise<Answer> {
  try {
    const response = await fetch(path, { headers: { accept: 'application/json' } })
    if (response.status === 401) return { ok: false, why: 'Culprit wants a token to read.' }
    if (response.status === 403) return { ok: false, why: 'Your token may not read this.' }
    if (response.status === 404) return { ok: false, why: 'There is no such record.' }
    if (!response.ok) return { ok: false, why: `Culprit answered ${response.status}.` }
    return { ok: true, body: await response.json() }
  } catch {
    return { ok: false, why: 'Culprit does not answer.' }
  }
}

const pagesMax = 10

async function list<T>(path: string): Promise<{ readonly items: T[] } | { readonly why: string }> {
  const items: T[] = []
  let cursor: string | null = null
  for (let page = 0; page < pagesMax; page++) {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const answer = await ask(`${path}?limit=500${query}`)
    if (!answer.ok) return { why: answer.why }
    const body = answer.body as { items?: unknown; next?: unknown }
    if (!Array.isArray(body.items)) return { why: 'Culprit answered something else.' }
    items.push(...(body.items.filter(isRecord) as T[]))
    if (typeof body.next !== 'string') break
    cursor = body.next
  }
  return { items }
}

export async function loadLists(): Promise<void> {
  const [release, incident] = await Promise.all([
    list<Release>('/v1/releases'),
    list<Incident>('/v1/incidents'),
    loadServices(),
  ])
  if ('why' in release || 'why' in incident) {
    const why = 'why' in release ? release.why : 'why' in incident ? incident.why : ''
    if (loading.value.state !== 'ready') loading.value = { state: 'failed', why }
    return
  }
  takeReleases(release.items)
  takeIncidents(incident.items)
  loading.value = { state: 'ready' }
}

export async function loadServices(): Promise<void> {
  const answer = await ask('/v1/services')
  if (!answer.ok) return
  const body = answer.body as { items?: unknown; otlp?: unknown }
  if (!Array.isArray(body.items)) return
  services.value = body.items as SeenService[]
  otlp.value = typeof body.otlp === 'string' ? body.otlp : null
}

/** Details by release id. Bounded: the oldest asked for goes first. */
export const details = signal<ReadonlyMap<string, ReleaseDetail>>(new Map())
const detailsMax = 20

export async function loadRelease(id: string): Promise<string | null> {
  const answer = await ask(`/v1/releases/${encodeURIComponent(id)}/evidence`)
  if (!answer.ok) return answer.why
  keep([answer.body as ReleaseDetail])
  return null
}

export async function loadIncident(id: string): Promise<string | null> {
  const answer = await ask(`/v1/incidents/${encodeURIComponent(id)}/explanation`)
  if (!answer.ok) return answer.why
  const { incident, releases } = answer.body as { incident: Incident; releases: ReleaseDetail[] }
  takeIncidents([incident])
  keep(releases)
  return null
}

function keep(items: readonly ReleaseDetail[]): void {
  const next = new Map(details.value)
  for (const item of items) {
    next.delete(item.release)
    next.set(item.release, item)
  }
  while (next.size > detailsMax) next.delete(next.keys().next().value!)
  details.value = next
}
