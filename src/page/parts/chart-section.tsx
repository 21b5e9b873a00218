/** The main chart with its title and its switch to the table; or why there is none. */
import { useMemo } from 'preact/hooks'
import type { Release } from '../../contracts/release.ts'
import type { Signal } from '../../contracts/signal.ts'
import { chartOf, type ChartFacts } from '../model/chart.ts'
import { changeText, sideText, signalUnit, signalWhere } from '../model/signal-words.ts'
import { clockTime } from '../model/time.ts'
import { previousOf, versionOf } from '../model/verdict.ts'
import { filters, setFilter, zone } from '../state/place.ts'
import type { ReleaseDetail } from '../../contracts/explanation.ts'
import { Held } from './held.tsx'
import { MainChart } from './main-chart.tsx'
import { PointsTable } from './points-table.tsx'
import { Toggle } from './toggle.tsx'

export interface ChartSectionProps {
  readonly title: string
  readonly release: Release
  readonly signal: Signal
  readonly detail: ReleaseDetail | undefined
  readonly asked: { readonly done: boolean; readonly why: string | null }
  readonly openedAt: string | null
}

const options = [
  { value: 'chart', text: 'Chart' },
  { value: 'table', text: 'Table' },
] as const

export function ChartSection({
  title,
  release,
  signal,
  detail,
  asked,
  openedAt,
}: ChartSectionProps) {
  const { show } = filters.value
  const bundle = useMemo(() => {
    const facts: ChartFacts = {
      release,
      signal,
      series: detail?.series ?? [],
      counters: detail?.counters ?? [],
      mode: detail?.mode ?? signal.mode,
    }
    return {
      facts,
      model: chartOf(facts),
      history: {
        line: detail?.reportingLine ?? 0,
        // A counter stands alone: the evidence of the others is not what it is reported by.
        points: signal.signal === 'business' ? [] : (detail?.evidence ?? []),
      },
    }
  }, [release, signal, detail])
  return (
    <Held value={bundle} class="chart-section">
      {({ facts, model, history }, waiting) => (
        <>
          <div class="section-head">
            <h2>{title}</h2>
            <span class="notes">{model?.caption ?? signalWhere(signal)}</span>
            {waiting}
            {model !== null && (
              <Toggle
                label="Shown as"
                options={options}
                value={show}
                choose={(value) => setFilter('show', value === 'chart' ? null : value)}
              />
            )}
          </div>
          <div class={panelClass(asked.done && (model === null || history.points.length === 0))}>
            {model === null ? (
              <TotalsInstead release={release} signal={signal} asked={asked} />
            ) : show === 'table' ? (
              <PointsTable facts={facts} model={model} />
            ) : (
              <MainChart facts={facts} model={model} openedAt={openedAt} history={history} />
            )}
          </div>
          {model !== null && signal.onset !== null && (
            <p class="notes band-note">
              Shaded band: it begins between {clockTime(signal.onset.from, zone.value)} and{' '}
              {clockTime(signal.onset.to, zone.value)}.
            </p>
          )}
        </>
      )}
    </Held>
  )
}

/** As high as what will be in it from the start; lower where that turns out to be less. */
function panelClass(isLow: boolean): string {
  return `panel padded chart-panel${isLow ? ' low' : ''}`
}

function TotalsInstead({
  release,
  signal,
  asked,
}: Pick<ChartSectionProps, 'release' | 'signal' | 'asked'>) {
  const [before, now] = [sideText(signal, 'baseline'), sideText(signal, 'observed')]
  const why =
    asked.why ??
    (asked.done
      ? 'No buckets are kept for this chart: windows are kept for two hours, and not every signal has its own.'
      : 'Reading the buckets.')
  return (
    <div class="totals">
      <p class="notes">{why}</p>
      <dl>
        <div>
          <dt>{previousOf(release)}</dt>
          <dd>
            <strong class="figures">{before.value}</strong>{' '}
            <span class="notes">{before.counts}</span>
          </dd>
        </div>
        <div>
          <dt>{versionOf(release)}</dt>
          <dd>
            <strong class="figures">{now.value}</strong> <span class="notes">{now.counts}</span>
          </dd>
        </div>
      </dl>
      <p class="notes">
        {signalUnit(signal)}: {changeText(signal)}
      </p>
    </div>
  )
}
