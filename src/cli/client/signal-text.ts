/**
 * One tested stream as a line of text: what it is, old and new side in counts, and the effect where it speaks. An
 * effect is estimated given that the stream is worse: beside one without evidence it would contradict the counts.
 */
import type { Signal } from '../../contracts/signal.ts'
import { gaugeClause, inUnit, round, streamName } from '../../core/attribution/verdict-words.ts'

export const evidenceUnit =
  'Evidence in nats: the natural logarithm of how much likelier the counts are if it got worse.'

export function signalText(signal: Signal): string {
  const { scope, gauge, evidence } = signal
  const said = `evidence ${evidence.toFixed(1)} nats`
  const what =
    gauge === undefined ? `${nameOf(signal)} ${sidesOf(signal)}` : gaugeClause(scope.metric, gauge)
  const parts = [what, effectOf(signal), said]
  return parts.filter((part) => part !== '').join(', ')
}

function speaks({ state }: Signal): boolean {
  return state === 'regressed' || state === 'suspicious'
}

function nameOf(signal: Signal): string {
  const { scope } = signal
  if (signal.signal === 'new-error' && scope.fingerprint !== null)
    return `new error ${scope.fingerprint}`
  return streamName(signal)
}

type Side = Signal['baseline']

function sidesOf(signal: Signal): string {
  const { baseline, observed, latency, per } = signal
  const both = (text: (side: Side) => string) => `${text(baseline)} → ${text(observed)}`
  const each = ({ events, exposure }: Side) =>
    exposure > 0 ? inUnit(events / exposure, '') : 'no data'
  const of = signal.signal === 'business' ? 'for' : 'of'
  const counts = both(
    ({ events, exposure }) => `${Math.round(events)} ${of} ${Math.round(exposure)}`,
  )
  if (signal.signal === 'traffic') return `${both(each)} an interval`
  if (signal.signal === 'business') {
    const unit = per === undefined ? '' : ` per ${per}`
    return `${both(each)}${unit} (${counts})`
  }
  if (latency === undefined || latency.beforeSeconds === null || latency.afterSeconds === null)
    return counts
  const [before, after] = [latency.beforeSeconds, latency.afterSeconds].map((value) =>
    Math.round(value * 1000),
  )
  return `${counts} (p${Number((latency.quantile * 100).toPrecision(3))} ${before} → ${after} ms)`
}

function effectOf(signal: Signal): string {
  const { effect, gauge } = signal
  if (speaks(signal)) {
    if (signal.signal === 'new-error' && signal.baseline.events === 0) return 'never seen before'
    if (gauge !== undefined || effect === null || !(effect.ratio > 0)) return ''
    return `×${round(effect.ratio)} (${round(effect.low)} to ${round(effect.high)})`
  }
  // What is excluded is smaller than what would have raised an alarm.
  if (signal.state === 'cleared') return 'not worse'
  const would = signal.state === 'watching' ? 'would show' : 'would have shown'
  if (gauge !== undefined) {
    if (gauge.detectable === null) return ''
    return `a shift of ${inUnit(gauge.detectable, gauge.unit)} or more ${would}`
  }
  if (signal.detectable === null) return ''
  const or = signal.detectable < 1 ? 'less' : 'more'
  return `an effect of ×${round(signal.detectable)} or ${or} ${would}`
}
