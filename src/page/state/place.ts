/** Where the reader is: path and query of the address, which hold all state but the reader's two preferences. */
import { computed, signal } from '@preact/signals'
import { filtersOf, link, viewOf, withFilter, type Filters } from '../model/route.ts'
import type { Zone } from '../model/time.ts'

const address = signal({ path: location.pathname, search: location.search })

export const view = computed(() => viewOf(address.value.path))
export const filters = computed(() => filtersOf(address.value.search))

export function hrefOf(path: string): string {
  return link(path, address.value.search)
}

export function go(href: string): void {
  history.pushState(null, '', href)
  read()
  window.scrollTo(0, 0)
  document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true })
}

export function setFilter(name: keyof Filters, value: string | null): void {
  const { path, search } = address.value
  history.replaceState(null, '', path + withFilter(search, name, value))
  read()
}

export function filterHref(name: keyof Filters, value: string | null): string {
  const { path, search } = address.value
  return path + withFilter(search, name, value)
}

function read(): void {
  address.value = { path: location.pathname, search: location.search }
}

/** Links of the page change the view without loading it again; all others are left to the browser. */
export function startPlace(): void {
  window.addEventListener('popstate', read)
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const anchor = event.target instanceof Element ? event.target.closest('a') : null
    if (anchor === null || anchor.origin !== location.origin || anchor.target !== '') return
    if (anchor.hash !== '' || viewOf(anchor.pathname).name === 'nowhere') return
    event.preventDefault()
    go(anchor.pathname + anchor.search)
  })
}

export type Theme = 'system' | 'light' | 'dark'

export const zone = signal<Zone>(stored('zone') === 'local' ? 'local' : 'utc')
export const theme = signal<Theme>(themeOf(stored('theme')))

export function setZone(value: Zone): void {
  zone.value = value
  store('zone', value)
}

export function setTheme(value: Theme): void {
  theme.value = value
  store('theme', value)
  applyTheme()
}

export function applyTheme(): void {
  const root = document.documentElement
  if (theme.value === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = theme.value
}

function themeOf(text: string | null): Theme {
  return text === 'light' || text === 'dark' ? text : 'system'
}

/** Preferences are a comfort: a browser that keeps none still shows the page. */
function stored(name: string): string | null {
  try {
    return localStorage.getItem(`culprit.${name}`)
  } catch {
    return null
  }
}

function store(name: string, value: string): void {
  try {
    localStorage.setItem(`culprit.${name}`, value)
  } catch {
    // kept for this visit only
  }
}
