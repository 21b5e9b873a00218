/** May this rollout go on? The verdict, the rollout, all signals old beside new, and the changes. */
import type { Incident } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import type { Signal } from '../../contracts/signal.ts'
import { chance, share } from '../model/figures.ts'
import { releaseHeadline, signalsText } from '../model/sentences.ts'
import { clockTime } from '../model/time.ts'
import { previousOf, serviceKey, versionOf } from '../model/verdict.ts'
import { details, loadRelease } from '../state/load.ts'
import { hrefOf, zone } from '../state/place.ts'
import { incidents, releases } from '../state/records.ts'
import { useAsk } from '../state/use-detail.ts'
import { ChangesTable } from '../parts/changes-table.tsx'
import { Held } from '../parts/held.tsx'
import { sentence } from '../parts/release-table.tsx'
import { SignalTable } from '../parts/signal-table.tsx'
import { Failed, LoadingBars } from '../parts/states.tsx'
import { VerdictLabel } from '../parts/verdict-icon.tsx'

export function ReleaseView({ id }: { id: string }) {
  const asked = useAsk(id, loadRelease)
  const release = releases.value.get(id)
  if (release === undefined)
    return asked.done ? <Failed why={asked.why ?? 'There is no such record.'} /> : <LoadingBars />
  const detail = details.value.get(id)
  const incident = [...incidents.value.values()].find(({ regressions }) =>
    regressions.some((each) => each.release.id === id),
  )
  const recorded = incident?.regressions.find((each) => each.release.id === id)?.signals ?? []
  const signals = detail !== undefined && detail.signals.length > 0 ? detail.signals : recorded
  return (
    <div class="page release">
      <div class="columns release-top">
        <div class="main-column">
          <Top release={release} signals={signals} />
        </div>
        <div class="side-column">
          <Rollout release={release} incident={incident} />
        </div>
      </div>
      <Held value={{ release, signals, detail }} class="signals-section">
        {(shown, waiting) => <SignalTable {...shown} waiting={waiting} />}
      </Held>
      <ChangesTable release={release} incident={incident} />
    </div>
  )
}

function Top({ release, signals }: { release: Release; signals: readonly Signal[] }) {
  const service = release.service
  return (
    <div class="top-block">
      <p class="crumbs notes">
        <VerdictLabel verdict={release.verdict} />
        <span class="wide">{serviceKey(service).replaceAll('/', ' / ')}</span>
        <span>
          {release.strategy === 'unknown' ? 'started' : release.strategy}{' '}
          {release.strategy === 'unknown' ? 'at' : 'since'}{' '}
          {clockTime(release.startedAt, zone.value)}, previous {previousOf(release)}
        </span>
      </p>
      <h1>{releaseHeadline(release, signals)}</h1>
      <p class="lead">{signals.length === 0 ? sentence(release.reason) : signalsText(signals)}</p>
      <ul class="notes lines">
        {signals.length > 0 && (
          <li>
            {/* Its figures are of that moment, those of the rows of now. */}
            {release.verdictAt !== null && `At ${clockTime(release.verdictAt, zone.value)}: `}
            {release.verdictAt === null ? sentence(release.reason) : release.reason}
          </li>
        )}
        {release.origin === 'inferred' && (
          <li>Inferred from telemetry: no deployment event announced it.</li>
        )}
        {release.joined === 'default-environment' && (
          <li>Joined by the default environment: its telemetry names none.</li>
        )}
        {release.joined === 'default-namespace' && (
          <li>Joined by the name alone: its telemetry names no namespace.</li>
        )}
        {release.joined === 'versionless' && (
          <li>Joined by time: its telemetry names no version.</li>
        )}
      </ul>
    </div>
  )
}

function Rollout({ release, incident }: { release: Release; incident: Incident | undefined }) {
  const steps = release.rollout.filter((step) => step.share > 0)
  const suggestion = incident?.suggestion ?? null
  const reached = steps.at(-1)?.share ?? 0
  return (
    <section class="rollout">
      <h2>Rollout</h2>
      {steps.length === 0 ? (
        <p class="notes">
          Started at {clockTime(release.startedAt, zone.value)}; its steps are not known.
        </p>
      ) : (
        <ol>
          {steps.slice(-3).map((step, i, list) => (
            <li key={step.at}>
              <strong class="figures">{share(step.share)}</strong>
              <span class="notes">
                {clockTime(step.at, zone.value)}
                {i === list.length - 1 && ', now'}
              </span>
            </li>
          ))}
          {reached < 1 && (
            <li class="open">
              <strong class="figures">100 %</strong>
              <span class="notes">not reached</span>
            </li>
          )}
        </ol>
      )}
      {incident !== undefined && (
        <div class="rollout-next">
          <a class="button primary" href={hrefOf(`/incidents/${incident.id}`)}>
            Open incident
          </a>
          {suggestion !== null && (
            <p class="notes">
              Suggestion: roll back to {versionOf(suggestion.to)}, {chance(suggestion.confidence)}{' '}
              likely to cure this
            </p>
          )}
        </div>
      )}
    </section>
  )
}
