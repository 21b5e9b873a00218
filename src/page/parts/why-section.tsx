/** Why this change: the evidence table and the note that provenance plays no part in it. */
import type { Incident } from '../../contracts/incident.ts'
import { namedCause, shortName } from '../model/cause.ts'
import { chance } from '../model/figures.ts'
import { waterfallOf } from '../model/waterfall.ts'
import { zone } from '../state/place.ts'
import { Held } from './held.tsx'
import { WaterfallTable } from './waterfall-table.tsx'

const heading: Readonly<Record<Incident['naming']['kind'], string>> = {
  change: 'Why this change',
  set: 'Why these changes',
  release: 'Why this release',
  external: 'Why no release',
  nobody: 'What is known so far',
}

export function WhySection({ incident }: { incident: Incident }) {
  if (incident.suspects.length === 0) return null
  return (
    <Held value={incident} class="why-section">
      {(shown, waiting) => (
        <>
          <div class="section-head">
            <h2>{heading[shown.naming.kind]}</h2>
            <span class="notes">
              Each fact in bits; they add up. One bit more doubles the odds.
            </span>
            {waiting}
          </div>
          <div class="panel">
            <WaterfallTable suspects={shown.suspects} />
          </div>
          <Note incident={shown} />
        </>
      )}
    </Held>
  )
}

function Note({ incident }: { incident: Incident }) {
  const { columns, rows } = waterfallOf(incident.suspects)
  const [first, second] = columns
  const apart = rows.filter(({ separates }) => separates).map(({ label }) => label.toLowerCase())
  const bothChanges = first?.kind === 'change' && second?.kind === 'change'
  const learned = namedCause(incident, zone.value).suspect?.probabilityWithProvenance ?? null
  return (
    <p class="notes why-note">
      {bothChanges && first.release === second.release && (
        <>
          {shortName(first)} and {shortName(second)} went out in the same release
          {apart.length === 0
            ? ', and nothing tells them apart. '
            : `, so only ${apart.join(' and ')} ${apart.length === 1 ? 'tells' : 'tell'} them apart. `}
        </>
      )}
      Who or what wrote a change plays no part in these numbers
      {learned === null
        ? '.'
        : `; with the learned effect of AI provenance it would be ${chance(learned)}.`}
    </p>
  )
}
