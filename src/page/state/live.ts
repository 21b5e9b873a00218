/**
 * Live updates over `/v1/stream`, applied at most once a second. The browser sends `Last-Event-ID` itself when
 * it reconnects; where it has given up, a new stream starts and its `snapshot` makes the lists be read again.
 */
import { batch, signal } from '@preact/signals'
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import { isOpen, isRecord } from '../model/verdict.ts'
import { loadLists, loadServices } from './load.ts'
import { connection, incidents, loading, nowMs, takeIncidents, takeReleases } from './records.ts'

const applyEveryMs = 1_000
const servicesEveryMs = 15_000
const retryMs = 2_000
const pendingMax = 5_000
const politeEveryMs = 10_000

const pending: { releases: Release[]; incidents: Incident[] } = { releases: [], incidents: [] }

/** What screen readers are told: a new incident at once, the rest politely and seldom. */
export const alertText = signal('')
export const politeText = signal('')
let politeAtMs = 0

/** Grows when records arrive that a shown explanation may rest on. */
export const applied = signal(0)

export function startLive(): void {
  open()
  void loadLists()
  setInterval(apply, applyEveryMs)
  setInterval(() => void loadServices(), servicesEveryMs)
}

function open(): void {
  const stream = new EventSource('/v1/stream')
  stream.addEventListener('open', () => say('live'))
  stream.addEventListener('snapshot', () => void loadLists())
  stream.addEventListener('release', ({ data }) => hold(pending.releases, data))
  stream.addEventListener('incident', ({ data }) => hold(pending.incidents, data))
  stream.addEventListener('error', () => {
    say('lost')
    if (stream.readyState === EventSource.CLOSED) setTimeout(open, retryMs)
  })
}

function say(state: 'live' | 'lost'): void {
  if (connection.value.state !== state) connection.value = { state, sinceMs: Date.now() }
}

function hold<T>(list: T[], data: unknown): void {
  if (list.length >= pendingMax) list.shift()
  try {
    const record: unknown = JSON.parse(String(data))
    if (isRecord(record)) list.push(record as T)
  } catch {
    // not a record: the next snapshot has what it should have said
  }
}

function apply(): void {
  batch(() => {
    nowMs.value = Date.now()
    const { releases: newReleases, incidents: newIncidents } = pending
    pending.releases = []
    pending.incidents = []
    const known = incidents.value
    const changed = takeReleases(newReleases) + takeIncidents(newIncidents)
    if (changed === 0 || loading.value.state !== 'ready') return
    applied.value++
    const fresh = newIncidents.filter((each) => isOpen(each) && !known.has(each.id))
    if (fresh.length > 0) alertText.value = fresh.map(({ title }) => title).join('. ')
    else if (nowMs.value - politeAtMs >= politeEveryMs) {
      politeAtMs = nowMs.value
      politeText.value = changed === 1 ? 'One record changed.' : `${changed} records changed.`
    }
  })
}
