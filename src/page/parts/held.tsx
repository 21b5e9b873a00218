/**
 * Nothing jumps: while the reader points at, has focus in or has selected text of a section, its figures stand
 * still and a line says how many changes wait. A new order of rows waits behind a button. A changed figure
 * keeps a bar at its left until the reader has done something since.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ComponentChildren } from 'preact'

export interface HeldProps<T> {
  readonly value: T
  readonly class?: string
  readonly label?: string
  readonly children: (value: T, waiting: ComponentChildren) => ComponentChildren
}

/** Renders `children` with the newest value, or with the one at hand when the reader came. */
export function Held<T>({ value, class: name, label, children }: HeldProps<T>) {
  const element = useRef<HTMLElement>(null)
  const [held, setHeld] = useState<{ value: T } | null>(null)
  const waiting = useRef({ last: value, count: 0 })
  if (held === null) waiting.current = { last: value, count: 0 }
  else if (waiting.current.last !== value) {
    waiting.current = { last: value, count: waiting.current.count + 1 }
  }
  const hold = () => setHeld((before) => before ?? { value })
  const leave = () => {
    if (element.current !== null && !isBusy(element.current)) setHeld(null)
  }
  useEffect(() => {
    if (held === null) return
    const check = () => setTimeout(leave, 0)
    document.addEventListener('selectionchange', check)
    return () => document.removeEventListener('selectionchange', check)
  }, [held])
  const events = {
    onMouseEnter: hold,
    onMouseLeave: () => setTimeout(leave, 0),
    onFocusIn: hold,
    onFocusOut: () => setTimeout(leave, 0),
  }
  const { count } = waiting.current
  const notice = count === 0 ? null : <span class="waiting">Paused, {count} waiting</span>
  return (
    <section ref={element} class={name} aria-label={label} {...events}>
      {children(held === null ? value : held.value, notice)}
    </section>
  )
}

function isBusy(element: HTMLElement): boolean {
  const selection = document.getSelection()
  const selected =
    selection !== null && !selection.isCollapsed && element.contains(selection.anchorNode)
  const focused = document.activeElement
  const within = focused !== null && element.contains(focused) && focused.matches(':focus-visible')
  return selected || within || element.matches(':hover')
}

/** Ids in the order that was shown; new ones and a new order wait until `show` is called. */
export function useOrder(
  ids: readonly string[],
  scope: string,
): { readonly shown: readonly string[]; readonly changes: number; readonly show: () => void } {
  const [kept, setKept] = useState({ scope, ids })
  const current = kept.scope === scope && kept.ids.length > 0 ? kept.ids : ids
  useEffect(() => {
    if (kept.scope !== scope || (kept.ids.length === 0 && ids.length > 0)) setKept({ scope, ids })
  })
  const there = new Set(ids)
  const shown = current.filter((id) => there.has(id))
  const changes = ids.filter((id, i) => id !== current[i]).length
  return { shown, changes, show: () => setKept({ scope, ids }) }
}

export function ShowChanges({ changes, show }: { changes: number; show: () => void }) {
  if (changes === 0) return null
  return (
    <button type="button" class="button small" onClick={show}>
      {changes === 1 ? '1 change, show' : `${changes} changes, show`}
    </button>
  )
}

/** A figure that marks itself when it has changed since the reader last did anything. */
export function Fresh({ text }: { text: string }) {
  const first = useRef(text)
  const [seen, setSeen] = useState(text)
  const fresh = text !== seen && text !== first.current
  useEffect(() => {
    if (!fresh) return
    const look = () => {
      first.current = text
      setSeen(text)
    }
    const events = ['pointerdown', 'keydown', 'wheel'] as const
    for (const name of events) document.addEventListener(name, look, { once: true })
    return () => {
      for (const name of events) document.removeEventListener(name, look)
    }
  }, [fresh, text])
  return (
    <span class={fresh ? 'fresh' : undefined} title={fresh ? 'new since you looked' : undefined}>
      {text}
      {fresh && <span class="hidden"> (new since you looked)</span>}
    </span>
  )
}
