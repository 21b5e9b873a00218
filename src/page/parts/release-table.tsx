/** Releases as a table, on the phone as cards: verdict, release, start, why, who or what wrote the changes. */
import type { Release } from '../../contracts/release.ts'
import { age, dayTime } from '../model/time.ts'
import { byUrgency, releaseName } from '../model/verdict.ts'
import { nowMs } from '../state/records.ts'
import { hrefOf, zone } from '../state/place.ts'
import { ShowChanges, useOrder } from './held.tsx'
import { ChangeMarks } from './provenance-mark.tsx'
import { VerdictLabel } from './verdict-icon.tsx'

export function ReleaseTable({
  releases,
  scope,
  rowsMax,
}: {
  releases: readonly Release[]
  scope: string
  rowsMax: number
}) {
  const ids = [...releases].sort(byUrgency).map(({ id }) => id)
  const { shown, changes, show } = useOrder(ids, scope)
  const byId = new Map(releases.map((release) => [release.id, release]))
  return (
    <>
      <div class="slot">
        <ShowChanges changes={changes} show={show} />
      </div>
      <div class="panel">
        <table class="releases cards">
          <thead>
            <tr>
              <th scope="col">Verdict</th>
              <th scope="col">Release</th>
              <th scope="col">Start</th>
              <th scope="col">Why</th>
              <th scope="col">Changes: who or what wrote them</th>
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, rowsMax).map((id) => {
              const release = byId.get(id)
              return release === undefined ? null : <ReleaseRow key={id} release={release} />
            })}
          </tbody>
        </table>
      </div>
    </>
  )
}

function ReleaseRow({ release }: { release: Release }) {
  return (
    <tr>
      <td>
        <VerdictLabel verdict={release.verdict} />
      </td>
      <td>
        <a class="strong" data-row href={hrefOf(`/releases/${release.id}`)}>
          {releaseName(release)}
        </a>
      </td>
      <td class="quiet figures" title={`${age(nowMs.value - Date.parse(release.startedAt))} ago`}>
        {dayTime(release.startedAt, zone.value, nowMs.value)}
      </td>
      <td class="why">{sentence(release.reason)}</td>
      <td class="quiet">
        <ChangeMarks changes={release.changes} />
      </td>
    </tr>
  )
}

/** The recorded reason with a capital at its head, unless that is a metric's name; not a word of it is changed. */
export function sentence(text: string): string {
  if (!/^[a-z]+(?=[ ,;:]|$)/.test(text)) return text
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
