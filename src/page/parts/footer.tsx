/** The foot of every view: what is seen and joined, the theme, the API, the keys. */
import { plural } from '../model/time.ts'
import { setTheme, theme, type Theme } from '../state/place.ts'
import { releasesHere, servicesHere } from '../state/records.ts'
import { keysShown } from '../state/keys.ts'

const next: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' }

export function Footer() {
  const unjoined = releasesHere.value.filter(({ verdict }) => verdict === 'unjoined').length
  const seen = servicesHere.value.length
  const joined =
    unjoined > 0 ? `, ${plural(unjoined, 'deployment')} unjoined` : seen > 0 ? ', all joined' : ''
  return (
    <footer class="foot notes">
      <span>
        {seen === 0 ? 'no service seen yet' : plural(seen, 'service')}
        {joined}
      </span>
      <span class="foot-links">
        <button type="button" class="plain" onClick={() => setTheme(next[theme.value])}>
          Theme: {theme.value}
        </button>
        <a href="/openapi.json" target="_blank" rel="noreferrer">
          API
        </a>
        <button type="button" class="plain" onClick={() => (keysShown.value = true)}>
          Keys
        </button>
      </span>
    </footer>
  )
}
