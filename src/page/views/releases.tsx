/** All releases in view, with filters that stand in the address. */
import { verdictWord, verdicts, serviceKey } from '../model/verdict.ts'
import { plural } from '../model/time.ts'
import { filters, setFilter } from '../state/place.ts'
import { environment, releasesHere } from '../state/records.ts'
import { Filter } from '../parts/filter.tsx'
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
  const names = [...new Set(all.map((release) => serviceKey(release.service)))].sort()
  return (
    <div class="page">
      <div class="headline">
        <h1>Releases</h1>
        <div class="filters">
          <Filter
            label="Service"
            value={service}
            options={names.map((name) => ({ value: name, text: name }))}
            choose={(value) => setFilter('service', value)}
          />
          <Filter
            label="Verdict"
            value={state}
            options={verdicts.map((value) => ({ value, text: verdictWord[value] }))}
            choose={(value) => setFilter('state', value)}
          />
        </div>
      </div>
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
