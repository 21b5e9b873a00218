/** All incidents in view, open ones first, with filters that stand in the address. */
import type { Incident } from '../../contracts/incident.ts'
import { namedCause } from '../model/cause.ts'
import { age, dayTime, plural } from '../model/time.ts'
import { byText, incidentVerdict, incidentWord, isOpen, serviceKey } from '../model/verdict.ts'
import { filters, hrefOf, zone } from '../state/place.ts'
import { environment, incidentsHere, nowMs } from '../state/records.ts'
import { ShowChanges, useOrder } from '../parts/held.tsx'
import { ListHeadline } from '../parts/list-headline.tsx'
import { VerdictLabel } from '../parts/verdict-icon.tsx'

const rowsMax = 500
const states: readonly Incident['state'][] = ['open', 'mitigating', 'recovered', 'resolved']

export function IncidentsView() {
  const all = incidentsHere.value
  const { service, state } = filters.value
  const servicesOf = (incident: Incident) =>
    incident.regressions.map(({ release }) => serviceKey(release.service))
  const found = all
    .filter(
      (incident) =>
        (service === null || servicesOf(incident).includes(service)) &&
        (state === null || incident.state === state),
    )
    .sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || byText(b.openedAt, a.openedAt))
  const order = useOrder(
    found.map(({ id }) => id),
    `${environment.value} ${service} ${state}`,
  )
  const byId = new Map(found.map((incident) => [incident.id, incident]))
  return (
    <div class="page">
      <ListHeadline
        title="Incidents"
        services={all.flatMap(servicesOf)}
        states={{
          label: 'State',
          options: states.map((value) => ({ value, text: incidentWord[value] })),
        }}
      />
      <p class="notes">
        {all.length === 0
          ? 'No incident so far.'
          : `${plural(found.length, 'incident')}, ${found.filter(isOpen).length} open`}
      </p>
      <div class="slot">
        <ShowChanges changes={order.changes} show={order.show} />
      </div>
      {found.length > 0 && (
        <div class="panel">
          <table class="incidents cards">
            <thead>
              <tr>
                <th scope="col">State</th>
                <th scope="col">Incident</th>
                <th scope="col">Opened</th>
                <th scope="col">Likely cause</th>
              </tr>
            </thead>
            <tbody>
              {order.shown.slice(0, rowsMax).map((id) => {
                const incident = byId.get(id)
                return incident === undefined ? null : <IncidentRow key={id} incident={incident} />
              })}
            </tbody>
          </table>
        </div>
      )}
    </div>
  )
}

function IncidentRow({ incident }: { incident: Incident }) {
  const cause = namedCause(incident, zone.value)
  return (
    <tr>
      <td>
        <VerdictLabel
          verdict={incidentVerdict(incident.state)}
          word={incidentWord[incident.state]}
        />
      </td>
      <td>
        <a class="strong" data-row href={hrefOf(`/incidents/${incident.id}`)}>
          {incident.title}
        </a>
      </td>
      <td class="quiet figures" title={`${age(nowMs.value - Date.parse(incident.openedAt))} ago`}>
        {dayTime(incident.openedAt, zone.value, nowMs.value)}
      </td>
      <td>
        {cause.titles.join(' or ')}
        {cause.chance !== null && <strong class="figures">, {cause.chance}</strong>}
      </td>
    </tr>
  )
}
