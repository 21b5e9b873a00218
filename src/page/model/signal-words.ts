/**
 * One tested stream in words: what it is, how it reads before and now, and the sentence that says how it got
 * worse. Figures come from the record; nothing is said about causes.
 */
import type { Signal } from '../../contracts/signal.ts'
import { count, effect, figure, rate, seconds, share, threshold, times } from './figures.ts'
import { shownEffect, speaks } from './verdict.ts'

const names: Readonly<Record<Signal['signal'], string>> = {
  errors: 'Errors',
  latency: 'Latency',
  availability: 'Availability',
  traffic: 'Traffic',
  'new-error': 'New error',
  gauge: 'Gauge',
  business: 'Business counter',
}

/** Gauges that Culprit makes itself. */
const ownGauges: Readonly<
  Record<
    NonNullable<NonNullable<Signal['gauge']>['own']>,
    {
      readonly name: string
      readonly unit: string
      readonly text: (value: number, digits?: number) => string
      readonly sentence: (past: boolean) => string
    }
  >
> = {
  cpu: {
    name: 'CPU per request',
    unit: 'seconds of CPU for each request',
    text: (value, digits) => `${figure(value * 1000, digits)} ms`,
    sentence: (past) => ` of CPU ${past ? 'went' : 'go'} into each request.`,
  },
  restarts: {
    name: 'Restarts',
    unit: 'an hour of an instance',
    text: figure,
    sentence: (past) => ` times an hour each instance ${past ? 'started' : 'starts'} again.`,
  },
}

/** What follows the figure; null for a gauge of a house. */
export function ownGaugeSentence(signal: Signal, past: boolean): string | null {
  return ownGauge(signal)?.sentence(past) ?? null
}

export const isOwnGauge = (signal: Signal) => ownGauge(signal) !== undefined

const ownGauge = ({ gauge }: Signal) =>
  gauge?.own === undefined ? undefined : ownGauges[gauge.own]

export function signalName(signal: Signal): string {
  return ownGauge(signal)?.name ?? names[signal.signal]
}

/** `POST /orders`, `all routes`, `as front sees it`, the error's kind, the metric. */
export function signalWhere({ signal, scope }: Signal): string {
  if (signal === 'availability' && scope.caller !== null)
    return `as ${nameOf(scope.caller)} sees it`
  if (signal === 'new-error') return scope.fingerprint ?? scope.route ?? 'all routes'
  return scope.metric ?? scope.route ?? 'all routes'
}

function nameOf(service: string): string {
  return service.slice(service.lastIndexOf('/') + 1)
}

/** What is counted, in small print. */
export function signalUnit(of: Signal): string {
  const { signal, latency } = of
  switch (signal) {
    case 'errors':
      return 'share of failed requests'
    case 'latency': {
      if (latency === undefined) return 'share of slow requests'
      const before = latency.beforeSeconds
      const quantile = `p${Number((latency.quantile * 100).toPrecision(3))}`
      const usual = before === null ? '' : `; ${quantile} ${seconds(before)}`
      return `slower than ${threshold(latency.thresholdSeconds)}${usual}`
    }
    case 'availability':
      return 'calls without an answer'
    case 'traffic':
      return 'requests an interval'
    case 'new-error':
      return 'share of requests'
    case 'gauge':
      return ownGauge(of)?.unit ?? 'mean value'
    case 'business':
      return of.per === undefined ? 'rate of the counter' : `per ${of.per}`
  }
}

export interface SideText {
  readonly value: string
  readonly counts: string
}

/** One side of the comparison: the value, and the counts behind it. */
export function sideText(signal: Signal, which: 'baseline' | 'observed'): SideText {
  const side = signal[which]
  const value = rate(side)
  if (value === null) return { value: 'no data', counts: '' }
  switch (signal.signal) {
    case 'traffic':
      return { value: count(value), counts: which === 'baseline' ? 'forecast' : 'seen' }
    case 'gauge': {
      const at = which === 'baseline' ? 0 : 1
      return { value: values(signal)[at], counts: `${count(side.exposure)} points` }
    }
    case 'business':
      return { value: figure(value), counts: `${count(side.events)} for ${count(side.exposure)}` }
    case 'errors':
    case 'latency':
    case 'availability':
    case 'new-error':
      return {
        value: side.events === 0 ? 'none' : share(value, value >= 0.0995 ? 1 : 2),
        counts: `${count(side.events)} of ${count(side.exposure)}`,
      }
  }
}

/** The small line under a verdict: the effect of a stream that speaks, else what would have shown. */
export function stateText(signal: Signal, { drawn = false } = {}): string {
  const { state } = signal
  if (!speaks(signal)) {
    const would = drawn ? null : wouldShow(signal)
    const parts = state === 'inconclusive' ? [would, 'not proof of health'] : [would]
    return parts.filter((part) => part !== null).join(', ')
  }
  if (signal.gauge !== undefined) return shiftText(signal, signal.gauge)
  if (signal.signal === 'new-error' && signal.baseline.events === 0) return 'never seen before'
  const shown = shownEffect(signal)
  return shown === null ? '' : effect(shown)
}

/** `×2.4 or more would show`: what the watch was, or is, able to see; null where that is not known. */
export function wouldShow(signal: Signal): string | null {
  const { state, gauge } = signal
  const detectable = gauge === undefined ? signal.detectable : gauge.detectable
  // What is excluded of a cleared signal is smaller than what would have raised an alarm.
  if (detectable === null || state === 'cleared') return null
  const size = gauge === undefined ? times(detectable) : `a shift of ${inUnit(detectable, signal)}`
  const or = gauge === undefined && detectable < 1 ? 'less' : 'more'
  return `${size} or ${or} would ${state === 'watching' ? 'show' : 'have shown'}`
}

/** `+13.6 (11.1 to 16.6)`, in the gauge's own unit. */
function shiftText(signal: Signal, { shift, low, high }: NonNullable<Signal['gauge']>): string {
  const sign = shift >= 0 ? '+' : '−'
  const text = ownGauge(signal)?.text ?? figure
  return `${sign}${text(Math.abs(shift))} (${text(low)} to ${text(high)})`
}

function inUnit(value: number, signal: Signal, digits = 3): string {
  const own = ownGauge(signal)
  if (own !== undefined) return own.text(value, digits)
  const unit = signal.gauge?.unit ?? ''
  const text = figure(value, digits)
  return unit === '' || unit === '1' ? text : `${text} ${unit}`
}

export function stateWord({ state }: Signal): string {
  switch (state) {
    case 'regressed':
      return 'Regressed'
    case 'suspicious':
      return 'Suspicious'
    case 'watching':
      return 'Watching'
    case 'cleared':
      return 'Not worse'
    case 'inconclusive':
      return 'Too little data'
  }
}

/** Both values with an arrow: `0.4 % → 3.1 %`. */
export function changeText(signal: Signal): string {
  const [before, now] = values(signal)
  return `${before} → ${now}`
}

/** Usual and measured, with as many digits as it takes to tell them apart. */
function gaugeValues(
  signal: Signal,
  { usual, shift }: NonNullable<Signal['gauge']>,
): [string, string] {
  for (let digits = 3; digits < 15; digits++) {
    const [before, now] = [inUnit(usual, signal, digits), inUnit(usual + shift, signal, digits)]
    if (before !== now) return [before, now]
  }
  return [inUnit(usual, signal), inUnit(usual + shift, signal)]
}

/** Before and now, as sentences use them. */
export function values(signal: Signal): [string, string] {
  const { latency } = signal
  if (
    signal.signal === 'latency' &&
    latency?.beforeSeconds != null &&
    latency.afterSeconds != null
  ) {
    if (latency.afterSeconds !== latency.beforeSeconds)
      return [seconds(latency.beforeSeconds), seconds(latency.afterSeconds)]
  }
  if (signal.gauge !== undefined) return gaugeValues(signal, signal.gauge)
  const text = (side: Signal['baseline']) => {
    const value = rate(side)
    if (value === null) return 'no data'
    if (signal.signal === 'traffic') return count(value)
    if (signal.signal === 'gauge') return inUnit(value, signal)
    if (signal.signal === 'business') return figure(value)
    return share(value)
  }
  return [text(signal.baseline), text(signal.observed)]
}
