/** Every signal of a release, old beside new, worst first: mini chart, both values, effect interval, verdict. */
import type { ComponentChildren } from 'preact'
import type { Release } from '../../contracts/release.ts'
import type { Signal } from '../../contracts/signal.ts'
import { pointsSince, type Point } from '../model/series.ts'
import {
  changeText,
  sideText,
  signalName,
  signalUnit,
  signalWhere,
  stateText,
  stateWord,
  wouldShow,
} from '../model/signal-words.ts'
import { clockTime } from '../model/time.ts'
import { previousOf, shownEffect, signalKey, versionOf } from '../model/verdict.ts'
import type { ReleaseDetail } from '../../contracts/explanation.ts'
import { filters, setFilter, zone } from '../state/place.ts'
import { EffectAxis, effectTicks, effectX, MiniChart } from './mini-chart.tsx'
import { Toggle } from './toggle.tsx'
import { VerdictLabel } from './verdict-icon.tsx'

const options = [
  { value: 'chart', text: 'Charts' },
  { value: 'table', text: 'Table' },
] as const
const beforeMs = 20 * 60_000

export interface SignalTableProps {
  readonly release: Release
  readonly signals: readonly Signal[]
  readonly detail: ReleaseDetail | undefined
  readonly waiting: ComponentChildren
}

export function SignalTable({ release, signals, detail, waiting }: SignalTableProps) {
  const charts = filters.value.show === 'chart'
  const startMs = Date.parse(release.startedAt)
  const ends = (detail?.series ?? []).flatMap(({ buckets }) => buckets.at(-1)?.end ?? [])
  const span = {
    fromMs: startMs - beforeMs,
    toMs: Math.max(startMs + 300_000, ...ends.map((at) => Date.parse(at))),
    startMs,
  }
  const split = detail?.mode !== 'forecast'
  if (signals.length === 0) return <p class="notes">No signal has been tested yet.</p>
  return (
    <>
      <div class="section-head">
        <h2>{split ? 'Old and new version, same minutes' : 'Before and after the release'}</h2>
        <span class="notes">
          worst first; a bar shows the range in which an effect likely lies, a dashed line what
          would show
        </span>
        {waiting}
        <Toggle
          label="Shown as"
          options={options}
          value={filters.value.show}
          choose={(value) => setFilter('show', value === 'chart' ? null : value)}
        />
      </div>
      <div class="panel">
        <table class={charts ? 'signals cards' : 'signals cards plain-table'}>
          <thead>
            <tr>
              <th scope="col">Signal</th>
              {charts && (
                <th scope="col">
                  {clockTime(span.fromMs, zone.value, 'minutes')} to{' '}
                  {clockTime(span.toMs, zone.value, 'minutes')}, line at{' '}
                  {clockTime(startMs, zone.value)}
                </th>
              )}
              <th scope="col">{previousOf(release)}</th>
              <th scope="col">{versionOf(release)}</th>
              <th scope="col" class="effect-head">
                Effect: {versionOf(release)} to {previousOf(release)}
                {charts && <EffectTicks />}
              </th>
              <th scope="col">Verdict</th>
            </tr>
          </thead>
          <tbody>
            {signals.map((signal) => (
              <SignalRow
                key={signalKey(signal)}
                signal={signal}
                points={pointsSince(detail, signal, span.fromMs)}
                unit={signalUnit(signal)}
                span={span}
                charts={charts}
                versions={[previousOf(release), versionOf(release)]}
              />
            ))}
          </tbody>
        </table>
      </div>
      {charts && <Legend release={release} />}
    </>
  )
}

interface SignalRowProps {
  readonly signal: Signal
  readonly points: readonly Point[]
  readonly unit: string
  readonly span: { readonly fromMs: number; readonly toMs: number; readonly startMs: number }
  readonly charts: boolean
  /** Old and new, for readers without the table's head. */
  readonly versions: readonly [string, string]
}

const effectWidth = 268

function SignalRow({ signal, points, unit, span, charts, versions }: SignalRowProps) {
  const [before, now] = [sideText(signal, 'baseline'), sideText(signal, 'observed')]
  const would = shownEffect(signal) === null ? wouldShow(signal) : null
  return (
    <tr>
      <th scope="row" class="signal-cell">
        <strong>{signalName(signal)}</strong> {signalWhere(signal)}
        <span class="notes">{unit}</span>
      </th>
      {charts && (
        <td class="mini-cell">
          <MiniChart
            points={points}
            {...span}
            state={signal.state}
            width={320}
            height={46}
            text={`${signalName(signal)} ${signalWhere(signal)}: ${changeText(signal)}`}
          />
        </td>
      )}
      <td data-label={versions[0]}>
        <strong class="figures old-value">{before.value}</strong>
        <span class="notes figures">{before.counts}</span>
      </td>
      <td data-label={versions[1]}>
        <strong class={signal.state === 'regressed' ? 'figures v-regressed' : 'figures'}>
          {now.value}
        </strong>
        <span class="notes figures">{now.counts}</span>
      </td>
      <td class="effect-cell">
        {charts ? (
          <>
            <EffectAxis signal={signal} width={effectWidth} height={46} />
            {would !== null && <span class="notes would">{would}</span>}
          </>
        ) : (
          stateText(signal)
        )}
      </td>
      <td>
        <VerdictLabel verdict={signal.state} word={stateWord(signal)} />
        {charts && <span class="notes figures">{stateText(signal, { drawn: true })}</span>}
      </td>
    </tr>
  )
}

function EffectTicks() {
  return (
    <span class="effect-ticks axis" style={{ width: `${effectWidth}px` }} aria-hidden="true">
      {effectTicks.map((tick) => (
        <span key={tick} style={{ left: `${8 + effectX(tick, effectWidth - 16)}px` }}>
          ×{tick === 0.5 ? '½' : tick}
        </span>
      ))}
    </span>
  )
}

function Legend({ release }: { release: Release }) {
  return (
    <ul class="legend notes">
      <li>
        <i class="legend-line old" /> {previousOf(release)}
      </li>
      <li>
        <i class="legend-line new" /> {versionOf(release)}
      </li>
      <li>
        <i class="legend-line worse" /> {versionOf(release)} where it is worse
      </li>
    </ul>
  )
}
