/** One bar of 100 %: the first solid, the next in grey, outside causes outlined, what cannot be seen dashed. */
import type { Suspect } from '../../contracts/incident.ts'
import { chancesOf } from '../model/cause.ts'

export function ChancesBar({ suspects }: { suspects: readonly Suspect[] }) {
  const parts = chancesOf(suspects)
  if (parts.length === 0) return null
  const said = parts.map(({ text, name }) => `${text} ${name}`).join(', ')
  return (
    <div class="chances">
      <div class="chances-bar" role="img" aria-label={`Chances: ${said}.`}>
        {parts.map(({ key, kind, share }) => (
          <span key={key} class={`part ${kind}`} style={{ flexGrow: Math.max(share, 0.004) }} />
        ))}
      </div>
      <ul class="chances-list">
        {parts.map(({ key, text, name }) => (
          <li key={key}>
            <strong class="figures">{text}</strong> {name}
          </li>
        ))}
      </ul>
    </div>
  )
}
