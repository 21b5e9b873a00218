/**
 * The nine verdicts: word, colour and urgency. Colour is never alone: the icon's shape and the word say the
 * same. Order is that of the table and the timeline, most urgent first.
 */
import type { Release, Verdict } from '../../contracts/release.ts'
import type { Incident } from '../../contracts/incident.ts'
import type { Signal } from '../../contracts/signal.ts'

export const verdicts: readonly Verdict[] = [
  'regressed',
  'suspicious',
  'watching',
  'external',
  'unjoined',
  'inconclusive',
  'transient',
  'recovered',
  'cleared',
]

export const verdictWord: Readonly<Record<Verdict, string>> = {
  regressed: 'Regressed',
  suspicious: 'Suspicious',
  watching: 'Watching',
  external: 'External cause',
  unjoined: 'Unjoined',
  inconclusive: 'Inconclusive',
  transient: 'Transient',
  recovered: 'Recovered',
  cleared: 'Cleared',
}

const active: ReadonlySet<Verdict> = new Set(['regressed', 'suspicious', 'watching'])

/** What needs eyes first, by urgency; then the newest. */
export function byUrgency(a: Release, b: Release): number {
  const rank = (release: Release) =>
    active.has(release.verdict) ? verdicts.indexOf(release.verdict) : verdicts.length
  return rank(a) - rank(b) || byText(b.startedAt, a.startedAt) || byText(a.id, b.id)
}

export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export const incidentWord: Readonly<Record<Incident['state'], string>> = {
  open: 'Open incident',
  mitigating: 'Being mitigated',
  recovered: 'Recovered',
  resolved: 'Resolved',
}

/** The icon of an incident's state is that of the verdict it stands for. */
export function incidentVerdict(state: Incident['state']): Verdict {
  return state === 'open' || state === 'mitigating' ? 'regressed' : 'recovered'
}

export function isOpen({ state }: Incident): boolean {
  return state === 'open' || state === 'mitigating'
}

export function isRecord(value: unknown): value is { readonly id: string } {
  return (
    typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
  )
}

export function versionOf(release: Pick<Release, 'version' | 'revision'>): string {
  return release.version ?? release.revision?.slice(0, 7) ?? 'unknown version'
}

export function previousOf(release: Pick<Release, 'previousVersion' | 'previousRevision'>): string {
  return release.previousVersion ?? release.previousRevision?.slice(0, 7) ?? 'the version before'
}

export function releaseName(release: Release): string {
  return `${release.service.name} ${versionOf(release)}`
}

export function serviceKey({ environment, namespace, name }: Release['service']): string {
  return `${environment}/${namespace ?? '-'}/${name}`
}

/**
 * Whether an effect may be shown of it. Its estimate holds given that the stream is worse: beside a stream
 * without evidence it would contradict the counts that it stands next to.
 */
export function speaks({ state }: Pick<Signal, 'state'>): boolean {
  return state === 'regressed' || state === 'suspicious'
}

/** The effect of a stream that speaks, where it is a ratio. */
export function shownEffect(signal: Signal): Signal['effect'] {
  return speaks(signal) && signal.effect !== null && signal.effect.ratio > 0 ? signal.effect : null
}

export function signalKey({ signal, scope }: Signal): string {
  return [signal, scope.route, scope.fingerprint, scope.metric, scope.caller].join('|')
}
