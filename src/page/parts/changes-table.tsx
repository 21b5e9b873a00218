/** The changes of a release as far as they are suspects: chance, title, who or what wrote it, added lines. */
import type { Incident, Suspect } from '../../contracts/incident.ts'
import type { Release } from '../../contracts/release.ts'
import { chanceIn } from '../model/cause.ts'
import { plural } from '../model/time.ts'
import { ChangeMarks, LineMarks, ProvenanceLabel } from './provenance-mark.tsx'

const rowsMax = 30

const histories: Readonly<Record<Release['changes']['completeness'], string>> = {
  complete: 'history complete',
  truncated: 'history cut: not every change is listed',
  'unknown-base': 'what it is built on is not known',
  shallow: 'shallow clone: history not complete',
  diverged: 'the two versions have diverged',
  none: 'no change list came with it',
}

export function ChangesTable({
  release,
  incident,
}: {
  release: Release
  incident: Incident | undefined
}) {
  const { changes } = release
  const suspects = (incident?.suspects ?? []).filter(
    ({ kind, release: of }) => kind === 'change' && of === release.id,
  )
  const shown = suspects.slice(0, rowsMax)
  const left = changes.count - shown.length
  return (
    <section class="changes-section">
      <div class="section-head">
        <h2>{plural(changes.count, 'change')} in this release</h2>
        <span class="notes">
          {release.previousRevision !== null &&
            release.revision !== null &&
            `${release.previousRevision.slice(0, 7)} to ${release.revision.slice(0, 7)}, `}
          {histories[changes.completeness]}
        </span>
        {changes.count > 0 && (
          <span class="notes right">
            <ChangeMarks changes={changes} />
          </span>
        )}
      </div>
      {shown.length > 0 && <Table suspects={shown} all={incident?.suspects ?? []} />}
      <p class="notes">
        {shown.length === 0 &&
          changes.count > 0 &&
          'Nothing has been blamed, so no change has a chance of its own. '}
        {shown.length > 0 && left > 0 && `${plural(left, 'more change')}, not among the suspects. `}
        {shown.length > 0 && 'Who or what wrote a change plays no part in its chance.'}
      </p>
    </section>
  )
}

function Table({ suspects, all }: { suspects: readonly Suspect[]; all: readonly Suspect[] }) {
  return (
    <div class="panel">
      <table class="changes cards">
        <thead>
          <tr>
            <th scope="col">Chance that it is the cause</th>
            <th scope="col">Change</th>
            <th scope="col">Who or what wrote it</th>
            <th scope="col">Added lines</th>
          </tr>
        </thead>
        <tbody>
          {suspects.map((suspect) => (
            <tr key={suspect.rank}>
              <td>
                <span class="chance-cell">
                  <strong class="figures">{chanceIn(all, suspect)}</strong>
                  <i
                    class="chance-bar"
                    style={{ width: `${Math.max(2, 86 * suspect.probability)}px` }}
                  />
                </span>
              </td>
              <td>
                <strong>{suspect.title}</strong>{' '}
                {suspect.revision !== null && (
                  <span class="mono">{suspect.revision.slice(0, 7)}</span>
                )}
              </td>
              <td>
                <ProvenanceLabel provenance={suspect.provenance} />
              </td>
              <td class="quiet">
                {suspect.provenance !== null && <LineMarks provenance={suspect.provenance} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
