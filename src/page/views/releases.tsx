/** All releases in view, with filters that stand in the address. */
import { verdictWord, verdicts, serviceKey } from '../model/verdict.ts'
import { plural } from '../model/time.ts'
import { filters } from '../state/place.ts'
import { environment, releasesHere } from '../state/records.ts'
import { ListHeadline } from '../parts/list-headline.tsx'
import { ReleaseTable } from '../parts/release-table.tsx'
import { EmptyReleases } from '../parts/states.tsx'

const rowsMax = 500

export function ReleasesView() {
  const all = releasesHere.value
  const { service, state } = filters.value
  const found = all.filter(
    (release) =>
      (service === null || serviceKey(release.service) === service) &&
      (state === null || release.verdict === state),
  )
  return (
    <div class="page">
      <ListHeadline
        title="Releases"
        services={all.map((release) => serviceKey(release.service))}
        states={{
          label: 'Verdict',
          options: verdicts.map((value) => ({ value, text: verdictWord[value] })),
        }}
      />
      <p class="notes">
        {found.length === all.length
          ? plural(all.length, 'release')
          : `${found.length} of ${plural(all.length, 'release')}`}
        {found.length > rowsMax && `, the first ${rowsMax} are shown`}
      </p>
      {all.length === 0 ? (
        <EmptyReleases />
      ) : (
        <ReleaseTable
          releases={found}
          scope={`${environment.value} ${service} ${state}`}
          rowsMax={rowsMax}
        />
      )}
    </div>
  )
}
