/** Did a release break production? Headline, a card per open incident, the timeline, and the same as a table. */
import type { Release } from '../../contracts/release.ts'
import { lanesOf } from '../model/lanes.ts'
import { spans, type Span } from '../model/route.ts'
import { orderedIds, overviewHeadline } from '../model/sentences.ts'
import { plural } from '../model/time.ts'
import { isOpen, serviceKey } from '../model/verdict.ts'
import { filters, setFilter } from '../state/place.ts'
import {
  environment,
  incidentsHere,
  nowMs,
  releasesHere,
  servicesHere,
  silentHere,
} from '../state/records.ts'
import { Held, ShowChanges, useOrder } from '../parts/held.tsx'
import { IncidentCard } from '../parts/incident-card.tsx'
import { ReleaseTable } from '../parts/release-table.tsx'
import { EmptyReleases } from '../parts/states.tsx'
import { Timeline } from '../parts/timeline.tsx'
import { Toggle } from '../parts/toggle.tsx'
import { useWidth } from '../parts/use-width.ts'
import { VerdictIcon } from '../parts/verdict-icon.tsx'

const rowsMax = 12
const cardsMax = 8

export function Overview() {
  const open = incidentsHere.value.filter(isOpen)
  const releases = releasesHere.value
  const byId = new Map(open.map((incident) => [incident.id, incident]))
  const ids = orderedIds(open.map(({ id, openedAt }) => ({ id, at: openedAt })))
  const order = useOrder(ids, environment.value)
  const watched = releases.filter(({ verdict }) => verdict === 'watching').length
  const silent = silentHere.value
  const place = environment.value === 'all' ? 'any environment' : environment.value
  return (
    <div class="page">
      <div class="headline">
        <h1>{overviewHeadline(open, { watched, environment: place, silent })}</h1>
        {!silent && <Counts releases={releases} />}
      </div>
      <div class="slot">
        <ShowChanges changes={order.changes} show={order.show} />
      </div>
      {order.shown.slice(0, cardsMax).map((id) => {
        const incident = byId.get(id)
        return incident === undefined ? null : <IncidentCard key={id} incident={incident} />
      })}
      {releases.length === 0 ? (
        <EmptyReleases />
      ) : (
        <>
          <Releases />
          <h2 class="hidden">The same as a table</h2>
          <ReleaseTable
            releases={inSpan(releases)}
            scope={`${environment.value} ${filters.value.span}`}
            rowsMax={rowsMax}
          />
        </>
      )}
    </div>
  )
}

/** Those of the span in view, and those older ones that are still bad; all, where that leaves none. */
function inSpan(releases: readonly Release[]): readonly Release[] {
  const fromMs = nowMs.value - spans[filters.value.span] * 3_600_000
  const found = releases.filter(
    ({ startedAt, verdict }) =>
      Date.parse(startedAt) >= fromMs || verdict === 'regressed' || verdict === 'suspicious',
  )
  return found.length === 0 ? releases : found
}

function Counts({ releases }: { releases: readonly Release[] }) {
  const of = (verdict: Release['verdict']) => releases.filter((each) => each.verdict === verdict)
  const dayMs = Math.floor(nowMs.value / 86_400_000) * 86_400_000
  const today = of('cleared').filter(
    ({ verdictAt }) => verdictAt !== null && Date.parse(verdictAt) >= dayMs,
  )
  return (
    <ul class="counts notes">
      <li>
        <VerdictIcon verdict="watching" size={14} /> <strong>{of('watching').length}</strong>{' '}
        watched
      </li>
      <li>
        <VerdictIcon verdict="suspicious" size={14} /> <strong>{of('suspicious').length}</strong>{' '}
        suspicious
      </li>
      <li>
        <VerdictIcon verdict="cleared" size={14} /> <strong>{today.length}</strong> cleared today
      </li>
    </ul>
  )
}

const spanWords: Readonly<Record<Span, string>> = {
  '2.5h': '2½ hours',
  '6h': '6 hours',
  '24h': '24 hours',
  '7d': '7 days',
}
const spanOptions = [
  { value: '2.5h', text: '2½ h' },
  { value: '6h', text: '6 h' },
  { value: '24h', text: '24 h' },
  { value: '7d', text: '7 d' },
] as const

function Releases() {
  const { ref, width } = useWidth<HTMLDivElement>(1392)
  const compact = width < 600
  const { span } = filters.value
  const hours = compact ? 0.5 : spans[span]
  const drawnAtMs = Math.floor(nowMs.value / 10_000) * 10_000
  const [fromMs, toMs] = [drawnAtMs - hours * 3_600_000, drawnAtMs]
  const found = lanesOf(releasesHere.value, incidentsHere.value, {
    fromMs,
    toMs,
    lanesMax: compact ? 5 : 12,
    heardMs: new Map(
      servicesHere.value.flatMap(({ service, firstSeenAt }) =>
        firstSeenAt == null ? [] : [[service, Date.parse(firstSeenAt)]],
      ),
    ),
  })
  const withRelease = found.lanes.length + found.leftOut
  const total = Math.max(
    servicesHere.value.length,
    new Set(releasesHere.value.map(({ service }) => serviceKey(service))).size,
  )
  const quiet = total - withRelease
  return (
    <Held value={found} class="releases-section">
      {(shown, waiting) => (
        <>
          <div class="section-head">
            <h2>Releases, last {compact ? '30 min' : spanWords[span]}</h2>
            <span class="notes">
              {withRelease} of {plural(total, 'service')} had one
            </span>
            {waiting}
            {!compact && (
              <Toggle
                label="Time shown"
                options={spanOptions}
                value={span}
                choose={(value) => setFilter('span', value === '2.5h' ? null : value)}
              />
            )}
          </div>
          <div class="panel" ref={ref}>
            <Timeline lanes={shown.lanes} fromMs={fromMs} toMs={toMs} width={width} />
            {found.leftOut + quiet > 0 && (
              <p class="notes quiet-line">
                {found.leftOut > 0 && `${plural(found.leftOut, 'more service')} had a release. `}
                {quiet > 0 && plural(quiet, 'quiet service')}
              </p>
            )}
          </div>
          <Legend />
        </>
      )}
    </Held>
  )
}

function Legend() {
  return (
    <ul class="legend notes">
      <li>
        <svg width="9" height="14" aria-hidden="true">
          <path d="M1 0v14M1 1l5 4-5 4z" fill="currentColor" stroke="currentColor" />
        </svg>
        release starts
      </li>
      <li>
        <svg width="34" height="13" aria-hidden="true">
          <path class="legend-track" d="M0 0h34v13H0z" />
          <path class="legend-share" d="M0 8h12V0h22v13H0z" />
        </svg>
        under watch; height is its share of traffic
      </li>
      <li>
        <VerdictIcon verdict="cleared" size={14} /> verdict, at the moment it fell
      </li>
      <li>
        <i class="legend-harm" /> time in which it was worse
      </li>
    </ul>
  )
}
