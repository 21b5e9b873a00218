/**
 * What is said of a verdict: one clause with the numbers. Pure; figures have three digits, instants their time of day.
 */
import type { EvidenceFinding, StreamEvidence } from '../../contracts/findings.ts'
import type { GaugeShift } from '../../contracts/signal.ts'
import { leastExcluded, smallestExcluded, standsAlone } from '../detection/judge.ts'
import { formatInstant } from '../kernel/instant.ts'

/** From this share of a watch on its gaps are told with its verdict. */
const gapsMin = 0.1

export function reasonOf(loud: readonly StreamEvidence[], why: string): string {
  return loud[0] === undefined ? why : describe(loud[0])
}

export function watchingReason(evidence: EvidenceFinding): string {
  const history = evidence.weakHistory ? ', with little history' : ''
  return `nothing worse so far${history}${gapsClause(evidence)}`
}

export function inconclusiveReason(evidence: EvidenceFinding, why: string): string {
  const ofService = (asked: StreamEvidence['signal']) =>
    evidence.streams.find(({ signal, scope }) => signal === asked && scope.route === null)
  const errors = ofService('errors')
  if (errors === undefined) return gaugesReason(evidence, why)
  const said = limitOf(errors)
  if (said === null) return why
  // What speaks against a worse release in errors does not say why it is not cleared.
  const latency = smallestExcluded(errors) === null ? undefined : ofService('latency')
  const more = latency === undefined ? null : limitOf(latency)
  return `${why}; in errors ${said}${more === null ? '' : `, in latency ${more}`}`
}

/** How large an effect may be and not be seen. */
function limitOf(stream: StreamEvidence): string | null {
  const excluded = smallestExcluded(stream)
  if (excluded !== null) return `more than ×${excluded} is excluded`
  return stream.detectable === null
    ? null
    : `×${stream.detectable.toFixed(1)} or more would have shown`
}

/** What was not seen is no part of what is said. */
export function gapsClause({ gaps = 0 }: EvidenceFinding): string {
  return gaps < gapsMin ? '' : `; ${Math.round(gaps * 100)} % of the watch is without telemetry`
}

export function clearedReason({ streams }: EvidenceFinding): string {
  if (!streams.every(standsAlone)) return `not worse: ${excludedOf(streams)}`
  const [gauge] = streams.flatMap((stream) => (stream.gauge === undefined ? [] : [stream]))
  const { excluded = null, unit = '' } = gauge?.gauge ?? {}
  if (excluded === null) return 'not worse: a shift that matters is excluded'
  const [metric, others] = [gauge!.scope.metric, streams.length - 1]
  const more = others === 0 ? '' : `, and the like in ${others} more`
  return `not worse: in ${metric} a shift of ${inUnit(excluded, unit)} is excluded${more}`
}

function excludedOf(streams: readonly StreamEvidence[]): string {
  const least = leastExcluded(streams) ?? Infinity
  const said = `more than ×${least} is excluded`
  const errors = streams.find(({ signal, scope }) => signal === 'errors' && scope.route === null)
  const few = errors?.materialRatio ?? 1
  return few > least ? `${said}, of the few errors more than ×${few.toFixed(1)}` : said
}

/** No requests are known: what a gauge would have shown. */
function gaugesReason({ streams }: EvidenceFinding, why: string): string {
  const gauge = streams.find((stream) => stream.gauge?.detectable != null)
  if (gauge?.gauge?.detectable == null)
    return streams.length === 0 ? 'nothing to compare with' : why
  const { detectable, unit } = gauge.gauge
  return `${why}; in ${gauge.scope.metric} a shift of ${inUnit(detectable, unit)} or more would have shown`
}

const words: Record<StreamEvidence['signal'], string> = {
  errors: 'errors',
  latency: 'latency',
  availability: 'failed calls',
  traffic: 'traffic',
  'new-error': 'new error kinds',
  gauge: 'gauge',
  business: 'business counter',
}

/** One clause with the numbers: what, how much, since when. */
export function describe(stream: StreamEvidence): string {
  const { scope, ratio, low, high, onset } = stream
  const since = onset === null ? '' : ` since ${formatInstant(onset.atMs).slice(11, 19)}`
  if (stream.gauge !== undefined) {
    const when = stream.beganBefore === true ? ', but it began before the release' : since
    return `${gaugeClause(scope.metric, stream.gauge)}${when}`
  }
  return `${streamName(stream)} ×${round(ratio)} (${round(low)} to ${round(high)})${since}`
}

/** What is counted, and where: `requests slower than 250 ms of POST /orders`. */
export function streamName({
  signal,
  scope,
  latency,
}: Pick<StreamEvidence, 'signal' | 'scope'> & {
  readonly latency?: StreamEvidence['latency'] | undefined
}): string {
  if (signal === 'business') return scope.metric ?? words[signal]
  const what = latency ? `requests slower than ${seconds(latency.thresholdSeconds)}` : words[signal]
  if (scope.route !== null) return `${what} of ${scope.route}`
  return scope.caller ? `${what} seen by ${scope.caller}` : what
}

/** `metric_17 12.4 → 18.9`: what it would have been, and what it is. */
export function gaugeClause(
  metric: string | null,
  { own, usual, shift, unit }: GaugeShift,
): string {
  const factor = own === 'cpu' ? 1_000 : 1
  const [before, now] = figures(usual * factor, (usual + shift) * factor)
  if (own === 'cpu') {
    return `CPU per request ${before} ms → ${now} ms (${metric ?? 'CPU time'})`
  }
  if (own === 'restarts') {
    return `restarts ${before} → ${now} an hour and instance (${metric ?? 'of its processes'})`
  }
  return `${metric ?? 'gauge'} ${before} → ${withUnit(now, unit)}`
}

export function inUnit(value: number, unit: string): string {
  return withUnit(figure(value), unit)
}

function withUnit(shown: string, unit: string): string {
  return unit === '' || unit === '1' ? shown : `${shown} ${unit}`
}

const digits = 3
/** What doubles hold without doubt. */
const digitsMax = 15

/** With as many digits as show a difference where there is one. */
function figures(before: number, now: number): readonly [string, string] {
  for (let n = digits; n < digitsMax; n++) {
    const both = [figure(before, n), figure(now, n)] as const
    if (both[0] !== both[1]) return both
  }
  return [figure(before), figure(now)]
}

/** Without an exponent where people would write none, and without noughts in place of known digits. */
function figure(value: number, places = digits): string {
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return value.toPrecision(places)
  return String(Number(size >= 10 ** places ? value.toFixed(0) : value.toPrecision(places)))
}

export function round(value: number): string {
  if (!Number.isFinite(value)) return '?'
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toPrecision(2)
}

export function seconds(value: number): string {
  return value >= 1 ? `${value.toFixed(2)} s` : `${Math.round(value * 1000)} ms`
}
