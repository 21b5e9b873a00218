/**
 * The nine shapes of the verdicts, 16 by 16. The shape alone tells them apart, in greyscale too. `VerdictLabel`
 * adds the word; an icon without a word has its name as text for screen readers.
 */
import type { ComponentChildren } from 'preact'
import type { Verdict } from '../../contracts/release.ts'
import { verdictWord } from '../model/verdict.ts'

const line = { fill: 'none', stroke: 'currentColor', 'stroke-width': 1.6 } as const
const mark = { fill: 'none', stroke: 'var(--surface)', 'stroke-width': 1.8 } as const

const shapes: Readonly<Record<Verdict, () => ComponentChildren>> = {
  regressed: () => (
    <>
      <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor" />
      <path d="M8 4v5M8 10.8v1.7" {...mark} />
    </>
  ),
  suspicious: () => (
    <>
      <path d="M8 1.8 15 14.2H1z" {...line} fill="var(--surface)" stroke-linejoin="round" />
      <path d="M8 6v4M8 11.2v1.5" {...line} />
    </>
  ),
  watching: () => (
    <>
      <circle cx="8" cy="8" r="6.4" {...line} fill="var(--surface)" />
      <path d="M8 4.2V8l2.6 1.8" {...line} />
    </>
  ),
  cleared: () => (
    <>
      <circle cx="8" cy="8" r="7.2" fill="currentColor" />
      <path d="m4.6 8.2 2.4 2.4 4.4-4.8" {...mark} />
    </>
  ),
  recovered: () => (
    <>
      <circle cx="8" cy="8" r="6.4" {...line} fill="var(--surface)" />
      <path d="M7 4.6 4.8 6.8 7 9M5 6.8h3.8a2 2 0 0 1 0 4H7" {...line} stroke-width="1.4" />
    </>
  ),
  external: () => (
    <>
      <rect x="1.6" y="1.6" width="12.8" height="12.8" rx="2" {...line} fill="var(--surface)" />
      <path d="M5 11 10.6 5.4M6 5.2h4.8V10" {...line} />
    </>
  ),
  inconclusive: () => (
    <>
      <circle cx="8" cy="8" r="6.4" {...line} fill="var(--surface)" stroke-dasharray="2.4 1.6" />
      <path
        d="M6 6.3a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.3M8 10.8v1.4"
        {...line}
        stroke-width="1.5"
      />
    </>
  ),
  transient: () => (
    <>
      <circle cx="8" cy="8" r="6.4" {...line} fill="var(--surface)" />
      <path d="M3.6 8.8h2L7.2 5l1.8 6 1.2-2.2h2.2" {...line} stroke-width="1.3" />
    </>
  ),
  unjoined: () => (
    <>
      <rect
        x="1.6"
        y="1.6"
        width="12.8"
        height="12.8"
        {...line}
        fill="var(--surface)"
        stroke-dasharray="2.6 1.8"
      />
      <path d="M4.6 11.4 11.4 4.6" {...line} />
    </>
  ),
}

/** The body of the icon, drawn in a box of 16 with `currentColor`; the timeline nests it in its own picture. */
export function verdictShape(verdict: Verdict): ComponentChildren {
  return shapes[verdict]()
}

export function VerdictIcon({
  verdict,
  size = 16,
  named = false,
}: {
  verdict: Verdict
  size?: number
  named?: boolean
}) {
  return (
    <>
      <svg
        class={`icon v-${verdict}`}
        width={size}
        height={size}
        viewBox="0 0 16 16"
        aria-hidden="true"
      >
        {verdictShape(verdict)}
      </svg>
      {named && <span class="hidden">{verdictWord[verdict]}</span>}
    </>
  )
}

export function VerdictLabel({ verdict, word }: { verdict: Verdict; word?: string }) {
  return (
    <span class={`verdict v-${verdict}`}>
      <VerdictIcon verdict={verdict} />
      {word ?? verdictWord[verdict]}
    </span>
  )
}
