/**
 * The sentences of an incident, in their fixed order: what got worse by how much, which change, how sure,
 * what to do. Every figure stands beside what it is compared with. When the data is old the sentence turns
 * to the past. Pure.
 */
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import type { Signal } from '../../contracts/signal.ts'
import { count, rate, threshold, times } from './figures.ts'
import { isOwnGauge, ownGaugeSentence, signalName, signalWhere, values } from './signal-words.ts'
import { plural } from './time.ts'
import { byText, shownEffect, versionOf } from './verdict.ts'

/** A sentence with one figure that carries the verdict's colour. */
export interface Sentence {
  readonly before: string
  readonly figure: string
  readonly after: string
}

/** The regression that the incident is about, and the signal that says it best. */
export interface Headline {
  readonly release: Release
  readonly signals: readonly Signal[]
  readonly signal: Signal | null
}

export function headlineOf(incident: Incident): Headline | null {
  const first = incident.regressions[0]
  if (first === undefined) return null
  const { release, signals } = first
  return { release, signals, signal: worstSignal(signals, incident.title) }
}

/** Of the regressed streams, the one that the title speaks of, else the narrowest with most evidence. */
export function worstSignal(signals: readonly Signal[], title = ''): Signal | null {
  const rank = (signal: Signal) =>
    (signal.state === 'regressed' ? 8 : 0) +
    (titled(signal, title) ? 4 : 0) +
    (signal.signal === 'new-error' ? 0 : 2) +
    (signal.scope.route === null ? 0 : 1)
  return [...signals].sort((a, b) => rank(b) - rank(a) || b.evidence - a.evidence)[0] ?? null
}

function titled({ signal, scope }: Signal, title: string): boolean {
  const lower = title.toLowerCase()
  return scope.route !== null && title.includes(scope.route) && lower.includes(signal)
}

export function worseSentence(
  signal: Signal,
  { past = false }: { readonly past?: boolean } = {},
): Sentence {
  const [before, now] = values(signal)
  const where = unbroken(signal.scope.route ?? 'all requests')
  switch (signal.signal) {
    case 'errors':
      return said(now, ` of ${where} ${past ? 'failed' : 'fail'}.`, was(before))
    case 'latency':
      return latencySentence(signal, { where, past })
    case 'availability': {
      const caller = signal.scope.caller?.split('/').at(-1) ?? 'callers'
      return said(now, ` of calls from ${caller} ${past ? 'got' : 'get'} no answer.`, was(before))
    }
    case 'new-error':
      return signal.baseline.events === 0
        ? said(
            now,
            ` of ${where} ${past ? 'failed' : 'fail'} with a new error.`,
            ' It was never seen before.',
          )
        : said(now, ` of ${where} ${past ? 'failed' : 'fail'} with one error.`, was(before))
    case 'traffic':
      return said(
        now,
        ` requests an interval ${past ? 'came' : 'come'} in.`,
        ` Forecast were ${before}.`,
      )
    case 'business':
      return signal.per === undefined
        ? {
            ...said(now, '.', was(before)),
            before: `The rate of ${signalWhere(signal)} ${past ? 'was' : 'is'} `,
          }
        : {
            ...said(now, ` ${signalWhere(signal)} per ${unbroken(signal.per)}.`, was(before)),
            before: past ? 'There were ' : 'There are ',
          }
    case 'gauge': {
      const own = ownGaugeSentence(signal, past)
      const mean = ` ${past ? 'was' : 'is'} the mean of ${signalWhere(signal)}.`
      return said(now, own ?? mean, was(before))
    }
  }
}

/** A route stays on one line: a break after `POST` reads as two things. */
function unbroken(text: string): string {
  return text.length > 30 ? text : text.replaceAll(' ', '\u00a0')
}

function latencySentence(
  signal: Signal,
  { where, past }: { where: string; past: boolean },
): Sentence {
  const [before, now] = values(signal)
  const { latency } = signal
  if (now.endsWith('%') || latency === undefined) {
    const limit = latency === undefined ? 'usual' : threshold(latency.thresholdSeconds)
    return said(now, ` of ${where} ${past ? 'took' : 'take'} longer than ${limit}.`, was(before))
  }
  const slowest = Number(((1 - latency.quantile) * 100).toPrecision(2))
  const sentence = said(now, ` or more for the slowest ${slowest} % of ${where}.`, was(before))
  return { ...sentence, before: past ? 'It took ' : 'It takes ' }
}

function said(figure: string, after: string, compared: string): Sentence {
  return { before: '', figure, after: after + compared }
}

function was(before: string): string {
  return before === 'no data'
    ? ' There is nothing to compare it with.'
    : ` Before, it was ${before}.`
}

/** Events beyond what the baseline's rate would have given; null where that is no count of requests. */
export function moreThanUsual(signal: Signal): number | null {
  const usual = rate(signal.baseline)
  if (usual === null || !['errors', 'latency', 'availability', 'new-error'].includes(signal.signal))
    return null
  return signal.observed.events - signal.observed.exposure * usual
}

const eventWord: Partial<Record<Signal['signal'], string>> = {
  errors: 'failed requests',
  latency: 'slow requests',
  availability: 'calls without an answer',
  'new-error': 'failed requests',
}

/** `163 more failed requests`; null where nothing of it can be said. */
export function moreText(signal: Signal): string | null {
  const more = moreThanUsual(signal)
  const word = eventWord[signal.signal]
  if (more === null || more < 0.5 || word === undefined) return null
  const { latency } = signal
  const slow = latency === undefined ? '' : ` (over ${threshold(latency.thresholdSeconds)})`
  return `${count(more)} more ${word}${slow}`
}

/** The heading of the overview. */
export function overviewHeadline(
  open: readonly Incident[],
  {
    watched,
    environment,
    silent,
  }: {
    readonly watched: number
    readonly environment: string
    /** No telemetry of the environment has come in: nothing can be said of its health. */
    readonly silent: boolean
  },
): string {
  const releases = new Set(
    open
      .flatMap(({ regressions }) => regressions.map(({ release }) => release))
      .map(({ id }) => id),
  )
  if (releases.size === 0 && silent) return `No telemetry of ${environment} has arrived yet.`
  if (releases.size === 0) return `No release made ${environment} worse. ${watchedText(watched)}`
  const many = releases.size === 1 ? 'One release' : `${releases.size} releases`
  return `${many} made ${environment} worse.`
}

function watchedText(watched: number): string {
  if (watched === 0) return 'None is watched.'
  return watched === 1 ? '1 is watched.' : `${watched} are watched.`
}

/** The heading of a release, by its verdict and its worst signal. */
export function releaseHeadline(release: Release, signals: readonly Signal[]): string {
  const name = `${release.service.name} ${versionOf(release)}`
  const worst = worstSignal(signals.filter(({ state }) => state === 'regressed'))
  switch (release.verdict) {
    case 'regressed': {
      const than = release.previousVersion === null ? '' : ` than ${release.previousVersion}`
      return worst === null
        ? `${name} is worse${than}.`
        : `${name} is worse${than}: ${manner(worst)}`
    }
    case 'suspicious':
      return `${name} may be worse. Not yet sure.`
    case 'watching':
      return `${name} is watched. Nothing is worse so far.`
    case 'external':
      return `${name} got worse from a cause outside it.`
    case 'inconclusive':
      return `${name}: too little data to say.`
    case 'cleared':
      return `${name} is not worse.`
    case 'transient':
      return `${name} was worse for a short time.`
    case 'recovered':
      return `${name} was worse and has recovered.`
    case 'unjoined':
      return `${name} was announced and never seen.`
  }
}

function manner(signal: Signal): string {
  const where = unbroken(signalWhere(signal))
  const shown = shownEffect(signal)
  const many = shown === null ? null : times(shown.ratio).slice(1)
  switch (signal.signal) {
    case 'errors':
      return many === null ? `${where} fails.` : `${where} fails ${many} times as often.`
    case 'latency':
      return many === null ? `${where} is slow.` : `${where} is slow ${many} times as often.`
    case 'business':
    case 'gauge': {
      const [before, now] = values(signal)
      const what = isOwnGauge(signal) ? signalName(signal) : where
      return `${what} went from ${before} to ${now}.`
    }
    case 'availability':
    case 'traffic':
    case 'new-error':
      return `${signalName(signal).toLowerCase()}, ${where}${many === null ? '' : ` ×${many}`}.`
  }
}

/** `2 of 8 signals are worse. The other 6 are still watched; none of them is worse so far.` */
export function signalsText(signals: readonly Signal[]): string {
  if (signals.length === 0) return 'No signal has been tested yet.'
  const of = (state: Signal['state']) => signals.filter((signal) => signal.state === state).length
  const worse = of('regressed')
  const parts: [number, string][] = [
    [of('suspicious'), 'suspicious'],
    [of('watching'), 'still watched'],
    [of('cleared'), 'not worse'],
    [of('inconclusive'), 'with too little data, which is not proof of health'],
  ]
  const rest = parts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`)
  const first = `${worse} of ${plural(signals.length, 'signal')} ${worse === 1 ? 'is' : 'are'} worse.`
  return rest.length === 0 ? first : `${first} Of the others: ${rest.join(', ')}.`
}

export function orderedIds(
  items: readonly { readonly id: string; readonly at: string }[],
): string[] {
  return [...items].sort((a, b) => byText(b.at, a.at) || byText(a.id, b.id)).map(({ id }) => id)
}
