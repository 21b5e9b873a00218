/** How urgent an incident is, and the words that people read first (contract section 8). */
import type { StreamEvidence } from '../../contracts/findings.ts'
import type { Incident } from '../../contracts/incident.ts'
import { gaugeClause, round, seconds } from '../attribution/verdict-words.ts'

const titleMax = 120

/** `streams` are those that are regressed; `critical`: the environment may have critical incidents. */
export function severityOf(
  streams: readonly StreamEvidence[],
  critical: boolean,
): Incident['severity'] {
  if (!critical) return 'warning'
  const severe = streams.some((stream) => {
    const { signal, ratio, excessPerMinute, observed, latency } = stream
    const share = observed.exposure > 0 ? observed.events / observed.exposure : 0
    if (signal === 'traffic' || (signal === 'business' && ratio < 1)) return ratio <= 0.5
    if (signal === 'latency') return slowdown(latency) >= 2
    if (signal === 'errors' || signal === 'availability') {
      return share >= 0.05 || (ratio >= 3 && excessPerMinute >= 5)
    }
    return ratio >= 3 && excessPerMinute >= 5
  })
  return severe ? 'critical' : 'warning'
}

function slowdown(latency: StreamEvidence['latency']): number {
  if (latency === null || latency.beforeSeconds === null || latency.afterSeconds === null) return 1
  return latency.beforeSeconds > 0 ? latency.afterSeconds / latency.beforeSeconds : 1
}

export function percent(share: number): string {
  const value = share * 100
  if (value === 0) return '0 %'
  return value >= 10
    ? `${value.toFixed(0)} %`
    : value >= 0.095
      ? `${value.toFixed(1)} %`
      : `${value.toPrecision(1)} %`
}

/** What got worse, from what to what: `errors of POST /orders 0.4 % → 3.1 %`. */
export function worseClause(stream: StreamEvidence): string {
  const { signal, scope, observed, baseline, latency, ratio, per } = stream
  const where = scope.route === null ? '' : `${scope.route} `
  if (signal === 'latency' && latency !== null) return `${where}${slowerClause(stream, latency)}`
  if (signal === 'traffic') return `traffic down to ${percent(ratio)} of usual`
  if (signal === 'availability') {
    const by = scope.caller === null ? '' : ` seen by ${scope.caller}`
    return `failed calls${by} ${shares(baseline, observed)}`
  }
  if (stream.gauge !== undefined) return gaugeClause(scope.metric, stream.gauge)
  if (signal === 'business') {
    const each = `${perEach(baseline)} → ${perEach(observed)}`
    return `${scope.metric} ${each}${per === undefined ? '' : ` per ${per}`}`
  }
  if (signal === 'new-error') return `${observed.events} failures of new kinds`
  return `${where}errors ${shares(baseline, observed)}`
}

/** The quantile, or how many more are slow where the quantile does not show it. */
function slowerClause(
  { ratio, baseline, observed }: StreamEvidence,
  {
    quantile,
    thresholdSeconds,
    beforeSeconds,
    afterSeconds,
  }: NonNullable<StreamEvidence['latency']>,
): string {
  const name = `p${Math.round(quantile * 100)}`
  if (beforeSeconds === null || afterSeconds === null) return `${name} latency ×${round(ratio)}`
  const [before, after] = [seconds(beforeSeconds), seconds(afterSeconds)]
  if (before !== after) return `${name} latency ${before} → ${after}`
  return `slower than ${seconds(thresholdSeconds)} ${shares(baseline, observed)}`
}

interface Counted {
  readonly events: number
  readonly exposure: number
}

/** Of a version that nothing is known to have served before: its own share. */
function shares(before: Counted, now: Counted): string {
  const share = ({ events, exposure }: Counted) => percent(exposure > 0 ? events / exposure : 0)
  return before.exposure > 0 ? `${share(before)} → ${share(now)}` : share(now)
}

/** A business counter for each unit of what it is counted against: `0.95`. */
function perEach({ events, exposure }: Counted): string {
  return exposure > 0 ? String(Number((events / exposure).toPrecision(3))) : '?'
}

export function titleOf(
  service: string,
  version: string | null,
  clause: string,
  change: string | null,
): string {
  const name = service.slice(service.lastIndexOf('/') + 1)
  const head = `${name}${version === null ? '' : ` ${version}`}: ${clause}`
  const full = change === null ? head : `${head}, ${change}`
  return full.length <= titleMax ? full : `${full.slice(0, titleMax - 1)}…`
}
