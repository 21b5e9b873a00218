/** What broke, which change, how sure, what do I do? The order of the page is that of the questions. */
import type { Incident } from '../../contracts/incident.ts'
import { happeningsOf } from '../model/events.ts'
import { headlineOf, moreText, worseSentence, type Headline } from '../model/sentences.ts'
import { goesOn } from '../model/series.ts'
import { share } from '../model/figures.ts'
import { age, clockTime, duration } from '../model/time.ts'
import { incidentVerdict, incidentWord, isOpen, previousOf, versionOf } from '../model/verdict.ts'
import type { ReleaseDetail } from '../../contracts/explanation.ts'
import { details, loadIncident } from '../state/load.ts'
import { hrefOf, zone } from '../state/place.ts'
import { dataMs, incidents, nowMs, stale } from '../state/records.ts'
import { useAsk } from '../state/use-detail.ts'
import { ActionBar, ActionCard } from '../parts/action-card.tsx'
import { CauseCard } from '../parts/cause-card.tsx'
import { ChartSection } from '../parts/chart-section.tsx'
import { Fresh, Held } from '../parts/held.tsx'
import { OtherSignals } from '../parts/other-signals.tsx'
import { ProvenanceRecord, Requests } from '../parts/provenance-record.tsx'
import { Failed, LoadingBars } from '../parts/states.tsx'
import { VerdictLabel } from '../parts/verdict-icon.tsx'
import { WhySection } from '../parts/why-section.tsx'

export function IncidentView({ id }: { id: string }) {
  const asked = useAsk(id, loadIncident)
  const incident = incidents.value.get(id)
  if (incident === undefined)
    return asked.done ? <Failed why={asked.why ?? 'There is no such record.'} /> : <LoadingBars />
  const headline = headlineOf(incident)
  const detail = headline === null ? undefined : details.value.get(headline.release.id)
  return (
    <div class="page incident">
      <div class="columns">
        <div class="main-column area-top">
          <Top incident={incident} headline={headline} detail={detail} />
          <Held value={incident} label="Most likely cause">
            {(shown, waiting) => <CauseCard incident={shown} waiting={waiting} />}
          </Held>
        </div>
        <div class="side-column area-action">
          <ActionCard incident={incident} />
        </div>
      </div>
      <div class="columns">
        <div class="main-column area-chart">
          {headline !== null && headline.signal !== null && (
            <ChartSection
              title="What got worse"
              release={headline.release}
              signal={headline.signal}
              detail={detail}
              asked={asked}
              openedAt={incident.openedAt}
            />
          )}
        </div>
        <div class="side-column area-side">
          <Happened incident={incident} />
          {headline !== null && <OtherSignals headline={headline} detail={detail} />}
        </div>
      </div>
      <WhySection incident={incident} />
      <div class="halves">
        <ProvenanceRecord incident={incident} />
        <Requests incident={incident} headline={headline} />
      </div>
      <ActionBar incident={incident} />
    </div>
  )
}

interface TopProps {
  readonly incident: Incident
  readonly headline: Headline | null
  readonly detail: ReleaseDetail | undefined
}

function Top({ incident, headline, detail }: TopProps) {
  const past = stale.value || !isOpen(incident)
  const signal = headline?.signal ?? null
  const said = signal === null ? null : worseSentence(signal, { past })
  return (
    <div class="top-block">
      <p class="crumbs notes">
        <VerdictLabel
          verdict={incidentVerdict(incident.state)}
          word={`${incidentWord[incident.state]}, ${incident.severity}`}
        />
        {headline !== null && <Crumb service={headline.release.service} />}
        <span>
          opened {clockTime(incident.openedAt, zone.value)},{' '}
          {age(nowMs.value - Date.parse(incident.openedAt))} ago
        </span>
      </p>
      <h1>
        {headline === null || said === null ? (
          incident.title
        ) : (
          <>
            {stale.value && dataMs.value !== null && isOpen(incident)
              ? `At ${clockTime(dataMs.value, zone.value, 'minutes')}, since`
              : 'Since'}{' '}
            {headline.release.service.name} {versionOf(headline.release)}, {lowerFirst(said.before)}
            <span class="v-regressed">
              <Fresh text={said.figure} />
            </span>
            {said.after}
          </>
        )}
      </h1>
      {headline !== null && signal !== null && (
        <Lead
          headline={headline}
          detail={detail}
          updatedAt={incident.updatedAt}
          open={isOpen(incident)}
        />
      )}
    </div>
  )
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

function Crumb({ service }: { service: Headline['release']['service'] }) {
  return (
    <span class="wide">
      {service.environment} / {service.namespace ?? '-'} / <strong>{service.name}</strong>
    </span>
  )
}

/** How many more than usual, whether it goes on, and how much of the traffic is on the release. */
function Lead({
  headline,
  detail,
  updatedAt,
  open,
}: {
  headline: Headline
  detail: ReleaseDetail | undefined
  updatedAt: string
  open: boolean
}) {
  const signal = headline.signal!
  const more = moreText(signal)
  const worse = open && goesOn(detail, signal) === true
  const lastShare = headline.release.rollout.at(-1)?.share ?? 0
  // Counts are those of the record: so is the time that they are counted over.
  const took = Date.parse(updatedAt) - Date.parse(headline.release.startedAt)
  const partly = open && lastShare > 0 && lastShare < 1
  return (
    <p class="lead">
      {more !== null && (
        <>
          That is{' '}
          <strong>
            <Fresh text={more} />
          </strong>{' '}
          than usual
          {took > 0 &&
            took < 7_200_000 &&
            ` in ${duration(took)}, up to ${clockTime(updatedAt, zone.value)}`}
          {worse && ', and it is not getting better'}.{' '}
        </>
      )}
      {partly && `${share(lastShare)} of the traffic is on ${versionOf(headline.release)}.`}
      {!partly && more === null && `Compared with ${previousOf(headline.release)}.`}
    </p>
  )
}

function Happened({ incident }: { incident: Incident }) {
  return (
    <section class="happened">
      <h2>What happened</h2>
      <ol>
        {happeningsOf(incident).map(({ at, strong, rest, decided }) => (
          <li key={`${at}${strong}`} class={decided ? 'decided' : undefined}>
            <time dateTime={at} title={`${age(nowMs.value - Date.parse(at))} ago`}>
              {clockTime(at, zone.value)}
            </time>
            <span>
              <strong>{strong}</strong>
              {rest}
            </span>
          </li>
        ))}
        {isOpen(incident) && (
          <li>
            <span class="time">now</span>
            <span>{incident.suggestion === null ? 'Being watched' : 'Waiting for a decision'}</span>
          </li>
        )}
      </ol>
      {headlineOf(incident) !== null && (
        <p class="notes">
          <a href={hrefOf(`/releases/${headlineOf(incident)!.release.id}`)}>See the release</a>
        </p>
      )}
    </section>
  )
}
