/** Who or what wrote the first change, one step into the record; the people who know it; requests to look at. */
import type { Provenance } from '../../contracts/change.ts'
import type { Incident, Suspect } from '../../contracts/incident.ts'
import type { Headline } from '../model/sentences.ts'
import { namedCause, shortName } from '../model/cause.ts'
import {
  linesText,
  type RecordedLines,
  recordedLines,
  sourceText,
  stateWord,
  writerOf,
} from '../model/provenance-words.ts'
import { signalsText } from '../model/sentences.ts'
import { sideText } from '../model/signal-words.ts'
import { clockTime } from '../model/time.ts'
import { versionOf } from '../model/verdict.ts'
import { hrefOf, zone } from '../state/place.ts'

const evidenceMax = 8
const linesMax = 6
const tracesMax = 5

export function ProvenanceRecord({ incident }: { incident: Incident }) {
  const named = namedCause(incident, zone.value).suspect
  const suspect = named ?? incident.suspects.find(({ kind }) => kind === 'change') ?? null
  if (suspect === null || suspect.kind !== 'change') return <People incident={incident} />
  return (
    <section id="record">
      <h2>Who or what wrote {shortName(suspect)}</h2>
      {suspect.provenance === null ? (
        <p class="notes">No record came with this change.</p>
      ) : (
        <Record provenance={suspect.provenance} suspect={suspect} />
      )}
    </section>
  )
}

function Record({ provenance, suspect }: { provenance: Provenance; suspect: Suspect }) {
  const { state, sessions, evidence } = provenance
  return (
    <dl class="facts-list">
      <dt>State</dt>
      <dd>
        <span class={`chip p-${state}`}>
          <strong>{stateWord[state]}</strong>
          {state === 'unknown' && ' no record'}
        </span>{' '}
        {linesText(provenance)}
      </dd>
      {provenance.agents.length > 0 && (
        <>
          <dt>Tool and model</dt>
          <dd>{writerOf(provenance)}</dd>
        </>
      )}
      {sessions.length > 0 && (
        <>
          <dt>Session</dt>
          <dd>
            {sessions.slice(0, 3).map(({ id, url }) => (
              <span key={id} class="mono session">
                {id.slice(0, 12)}{' '}
                {url !== undefined && /^https?:/.test(url) && (
                  <a href={url} rel="noreferrer">
                    open
                  </a>
                )}
              </span>
            ))}
          </dd>
        </>
      )}
      <Lines lines={recordedLines(provenance)} />
      {evidence.length > 0 && (
        <>
          <dt>Evidence</dt>
          <dd>
            <ul>
              {evidence.slice(0, evidenceMax).map((each, i) => (
                <li key={i}>
                  <details>
                    <summary>{sourceText(each)}</summary>
                    <span class="notes">
                      rule {each.rule}, {each.role}, <span class="mono">{each.locator}</span>
                    </span>
                  </details>
                </li>
              ))}
            </ul>
          </dd>
        </>
      )}
      <dt>People who know it</dt>
      <dd>
        {suspect.accountable.length === 0 ? 'nobody is recorded' : suspect.accountable.join(', ')}
      </dd>
    </dl>
  )
}

function Lines({ lines }: { lines: readonly RecordedLines[] }) {
  if (lines.length === 0) return null
  const more = lines.length - linesMax
  return (
    <>
      <dt>Lines on record</dt>
      <dd>
        <ul>
          {lines.slice(0, linesMax).map(({ path, lines: own, by, because }) => (
            <li key={`${path} ${own}`}>
              <span class="mono">
                {path}:{own}
              </span>{' '}
              by {by} <span class="notes">{because}</span>
            </li>
          ))}
        </ul>
        {more > 0 && <p class="notes">and {more} more</p>}
      </dd>
    </>
  )
}

function People({ incident }: { incident: Incident }) {
  const names = [...new Set(incident.suspects.flatMap(({ accountable }) => accountable))]
  return (
    <section id="record">
      <h2>People who know it</h2>
      <p>{names.length === 0 ? 'Nobody is recorded.' : names.slice(0, 8).join(', ')}</p>
    </section>
  )
}

export function Requests({
  incident,
  headline,
}: {
  incident: Incident
  headline: Headline | null
}) {
  const kind = headline?.signals.find(({ signal }) => signal === 'new-error')
  const { exemplars } = incident
  return (
    <section>
      <h2>Failing requests to look at</h2>
      <dl class="facts-list">
        {kind !== undefined && kind.scope.fingerprint !== null && headline !== null && (
          <>
            <dt>New error</dt>
            <dd class="mono">{kind.scope.fingerprint}</dd>
            <dt>Seen</dt>
            <dd>
              {kind.onset !== null && `from ${clockTime(kind.onset.at, zone.value)} `}on{' '}
              {versionOf(headline.release)}, {sideText(kind, 'observed').counts}
            </dd>
          </>
        )}
        <dt>Traces</dt>
        <dd class="mono traces">
          {exemplars.length === 0
            ? 'none kept'
            : exemplars.slice(0, tracesMax).map(({ traceId }) => (
                <span key={traceId} title={traceId}>
                  {traceId.slice(0, 8)}…{traceId.slice(-4)}
                </span>
              ))}
        </dd>
        {headline !== null && (
          <>
            <dt>Also checked</dt>
            <dd>
              {signalsText(headline.signals)}{' '}
              <a href={hrefOf(`/releases/${headline.release.id}`)}>See release</a>
            </dd>
          </>
        )}
      </dl>
    </section>
  )
}
