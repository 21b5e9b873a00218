/** How sure, which change, who or what wrote it, and all chances in one bar. */
import type { ComponentChildren } from 'preact'
import type { Incident } from '../../contracts/incident.ts'
import { namedCause } from '../model/cause.ts'
import { linesText } from '../model/provenance-words.ts'
import { zone } from '../state/place.ts'
import { ChancesBar } from './chances-bar.tsx'
import { Fresh } from './held.tsx'
import { LineMarks, ProvenanceLabel } from './provenance-mark.tsx'
import { sentence } from './release-table.tsx'

export function CauseCard({
  incident,
  waiting,
}: {
  incident: Incident
  waiting: ComponentChildren
}) {
  const cause = namedCause(incident, zone.value)
  const { suspect } = cause
  return (
    <div class="panel padded cause-card">
      <div class="cause">
        {cause.chance !== null && (
          <p class="sure figures" aria-label={`${cause.chance} sure`}>
            <Fresh text={cause.chance.replace(/ %$/, '')} />
            <small> %</small>
          </p>
        )}
        <div class="named">
          <p class="notes">
            {cause.label} {waiting}
          </p>
          <h2 class="answer">
            {cause.titles.map((title, i) => (
              <span key={title} class={suspect === null ? undefined : 'named-change'}>
                {i > 0 && ' or '}
                {title}
              </span>
            ))}
          </h2>
          {suspect?.kind === 'change' && (
            <p class="notes cause-provenance">
              <ProvenanceLabel provenance={suspect.provenance} />
              {suspect.provenance !== null && (
                <>
                  <LineMarks provenance={suspect.provenance} text={linesText(suspect.provenance)} />
                  <a href="#record">See the record</a>
                </>
              )}
            </p>
          )}
        </div>
      </div>
      <ChancesBar suspects={incident.suspects} />
      {incident.naming.kind !== 'change' && (
        <p class="notes because">{sentence(incident.naming.because)}.</p>
      )}
    </div>
  )
}
