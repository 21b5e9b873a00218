/**
 * Keys: `g o`, `g r`, `g i` go to a view, `j` and `k` move along rows, `t` turns chart and table round, `?`
 * shows the keys. Off in fields and beside Ctrl, Alt and Meta. No key decides anything.
 */
import { signal } from '@preact/signals'
import { filters, go, hrefOf, setFilter } from './place.ts'

export const keysShown = signal(false)

const goWithinMs = 1_500
let goAtMs = Number.NEGATIVE_INFINITY

export function startKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return
    if (press(event.key, event.timeStamp)) event.preventDefault()
  })
}

function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'SELECT', 'TEXTAREA'].includes(target.tagName))
  )
}

const views: Readonly<Record<string, string>> = { o: '/', r: '/releases', i: '/incidents' }

function press(key: string, atMs: number): boolean {
  const path = atMs - goAtMs < goWithinMs ? views[key] : undefined
  goAtMs = Number.NEGATIVE_INFINITY
  if (path !== undefined) {
    go(hrefOf(path))
    return true
  }
  switch (key) {
    case 'g':
      goAtMs = atMs
      return true
    case 'j':
      return move(1)
    case 'k':
      return move(-1)
    case 't':
      setFilter('show', filters.value.show === 'table' ? null : 'table')
      return true
    case '?':
      keysShown.value = !keysShown.value
      return true
    default:
      return false
  }
}

function move(step: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')]
  if (rows.length === 0) return false
  const at = rows.findIndex((row) => row === document.activeElement)
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step
  rows[Math.min(rows.length - 1, Math.max(0, next))]?.focus()
  return true
}
