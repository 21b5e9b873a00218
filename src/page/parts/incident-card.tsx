/** An open incident on the overview: what got worse, which change, what to do, and the way to the rest. */
import type { Incident } from '../../contracts/incident.ts'
import { namedCause } from '../model/cause.ts'
import { chance } from '../model/figures.ts'
import { headlineOf, moreText, worseSentence } from '../model/sentences.ts'
import { goesOn } from '../model/series.ts'
import { linesText } from '../model/provenance-words.ts'
import { clockTime } from '../model/time.ts'
import { incidentVerdict, releaseName, versionOf } from '../model/verdict.ts'
import { hrefOf, zone } from '../state/place.ts'
import { details, loadIncident } from '../state/load.ts'
import { stale } from '../state/records.ts'
import { useAsk } from '../state/use-detail.ts'
import { Fresh, Held } from './held.tsx'
import { LineMarks, ProvenanceLabel } from './provenance-mark.tsx'
import { VerdictIcon } from './verdict-icon.tsx'

export function IncidentCard({ incident }: { incident: Incident }) {
  useAsk(incident.id, loadIncident)
  return (
    <Held value={incident} class="panel incident-card" label={incident.title}>
      {(shown, waiting) => (
        <>
          <Worse incident={shown} />
          <Cause incident={shown} />
          <ToDo incident={shown} />
          <div class="cell go">
            <a class="button primary" data-row href={hrefOf(`/incidents/${shown.id}`)}>
              Open incident
            </a>
            {waiting}
          </div>
        </>
      )}
    </Held>
  )
}

function Worse({ incident }: { incident: Incident }) {
  const headline = headlineOf(incident)
  const signal = headline?.signal ?? null
  const detail = headline === null ? undefined : details.value.get(headline.release.id)
  const said = signal === null ? null : worseSentence(signal, { past: stale.value })
  const more = signal === null ? null : moreText(signal)
  const worse = signal !== null && !stale.value && goesOn(detail, signal) === true
  return (
    <div class="cell">
      <p class="notes">
        <span class="verdict v-regressed">
          <VerdictIcon verdict={incidentVerdict(incident.state)} size={14} named />{' '}
          {headline === null ? incident.environment : releaseName(headline.release)}
        </span>{' '}
        since {clockTime(incident.onsetAt, zone.value)}
      </p>
      <h2 class="answer">
        {said === null ? (
          incident.title
        ) : (
          <>
            {said.before}
            <span class="v-regressed">
              <Fresh text={said.figure} />
            </span>
            {said.after}
          </>
        )}
      </h2>
      {more !== null && (
        <p class="notes">
          {more} than usual.{worse && ' Not getting better.'}
        </p>
      )}
    </div>
  )
}

function Cause({ incident }: { incident: Incident }) {
  const cause = namedCause(incident, zone.value)
  const provenance = cause.suspect?.provenance ?? null
  return (
    <div class="cell">
      <p class="notes">
        {cause.label}
        {cause.chance !== null && (
          <>
            , <Fresh text={cause.chance} /> sure
          </>
        )}
      </p>
      <h2 class="answer">
        {cause.titles.map((title, i) => (
          <span key={title}>
            {i > 0 && ' or '}
            {cause.chance === null ? (
              title
            ) : (
              <a href={hrefOf(`/incidents/${incident.id}`)}>{title}</a>
            )}
          </span>
        ))}
      </h2>
      {provenance !== null && (
        <p class="notes cause-provenance">
          <ProvenanceLabel provenance={provenance} />
          <LineMarks provenance={provenance} text={linesText(provenance)} />
        </p>
      )}
    </div>
  )
}

function ToDo({ incident }: { incident: Incident }) {
  const { suggestion } = incident
  return (
    <div class="cell">
      <p class="notes">What to do</p>
      <h2 class="answer">
        {suggestion === null ? 'No suggestion' : `Roll back to ${versionOf(suggestion.to)}`}
      </h2>
      {suggestion !== null && (
        <p class="notes">
          {chance(suggestion.confidence)} likely to cure this
          {suggestion.refusals.length > 0 && `; ${suggestion.refusals.length} against it`}
        </p>
      )}
    </div>
  )
}
