/** The signals beside the one that got worst: a few rows, the worst first, and the way to all of them. */
import type { Headline } from '../model/sentences.ts'
import { pointsSince } from '../model/series.ts'
import { changeText, signalName, signalWhere, stateWord } from '../model/signal-words.ts'
import { signalKey } from '../model/verdict.ts'
import type { ReleaseDetail } from '../../contracts/explanation.ts'
import { hrefOf } from '../state/place.ts'
import { MiniChart } from './mini-chart.tsx'
import { VerdictLabel } from './verdict-icon.tsx'

const rowsMax = 4

export function OtherSignals({
  headline,
  detail,
}: {
  headline: Headline
  detail: ReleaseDetail | undefined
}) {
  const { release, signal: first } = headline
  const all = detail !== undefined && detail.signals.length > 0 ? detail.signals : headline.signals
  const others = all.filter((each) => first === null || signalKey(each) !== signalKey(first))
  if (others.length === 0) return null
  const startMs = Date.parse(release.startedAt)
  return (
    <section class="other-signals">
      <div class="section-head">
        <h2>Other signals</h2>
        <a class="notes" href={hrefOf(`/releases/${release.id}`)}>
          all {all.length}
        </a>
      </div>
      <ul>
        {others.slice(0, rowsMax).map((signal) => {
          const points = pointsSince(detail, signal, startMs - 960_000)
          const toMs = Math.max(startMs + 60_000, points.at(-1)?.endMs ?? 0)
          const state = signal.state === 'regressed' ? changeText(signal) : stateWord(signal)
          return (
            <li key={signalKey(signal)}>
              <span class="signal-name">
                <strong>{signalName(signal)}</strong>
                <span class="notes">{signalWhere(signal)}</span>
              </span>
              <MiniChart
                points={points}
                fromMs={Math.min(startMs - 60_000, points[0]?.startMs ?? startMs)}
                toMs={toMs}
                startMs={startMs}
                state={signal.state}
                width={130}
                text={`${signalName(signal)} ${signalWhere(signal)}: ${changeText(signal)}`}
              />
              <VerdictLabel verdict={signal.state} word={state} />
            </li>
          )
        })}
      </ul>
    </section>
  )
}
