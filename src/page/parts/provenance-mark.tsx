/**
 * Who or what wrote a change: small marks in ink, one per change or line, and the label with its tool and
 * model. Never in a verdict's colour; `unknown` is dashed.
 */
import type { ComponentChildren } from 'preact'
import type { Provenance, ProvenanceState } from '../../contracts/change.ts'
import type { Release } from '../../contracts/release.ts'
import { countsText, linesShort, stateWord, states, writerOf } from '../model/provenance-words.ts'

const marksMax = 24

function shape(state: ProvenanceState): ComponentChildren {
  const box = {
    x: 0.6,
    y: 0.6,
    width: 5.8,
    height: 7.8,
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': 1.2,
  }
  switch (state) {
    case 'ai':
      return <rect width="7" height="9" fill="currentColor" />
    case 'mixed':
      return (
        <>
          <rect {...box} />
          <rect y="4.5" width="7" height="4.5" fill="currentColor" />
        </>
      )
    case 'human-attested':
      return <rect {...box} />
    case 'automation':
      return (
        <>
          <rect {...box} />
          <circle cx="3.5" cy="4.5" r="1.2" fill="currentColor" />
        </>
      )
    case 'review-suggestion':
      return (
        <>
          <rect {...box} />
          <path d="M1 4.5h5" stroke="currentColor" stroke-width="1.6" />
        </>
      )
    case 'conflict':
      return (
        <>
          <rect {...box} />
          <path d="M1 1l5 7M6 1 1 8" stroke="currentColor" />
        </>
      )
    case 'unknown':
      return <rect {...box} stroke-width="1" stroke-dasharray="1.6 1.2" />
  }
}

export function Mark({ state }: { state: ProvenanceState }) {
  return (
    <svg class="mark" width="7" height="9" viewBox="0 0 7 9" aria-hidden="true">
      {shape(state)}
    </svg>
  )
}

function Marks({ list }: { list: readonly ProvenanceState[] }) {
  return (
    <span class="marks" aria-hidden="true">
      {list.slice(0, marksMax).map((state, i) => (
        <Mark key={i} state={state} />
      ))}
      {list.length > marksMax && '…'}
    </span>
  )
}

/** A mark per change of a release, and the counts in words. */
export function ChangeMarks({ changes }: { changes: Release['changes'] }) {
  const list = states.flatMap((state) =>
    Array.from({ length: Math.min(changes.provenance[state], marksMax + 1) }, () => state),
  )
  return (
    <span class="provenance">
      {list.length > 0 && <Marks list={list} />}
      <span>{countsText(changes.provenance)}</span>
    </span>
  )
}

/** A mark per added line where they are few, in words in any case. */
export function LineMarks({ provenance, text }: { provenance: Provenance; text?: string }) {
  const { ai, human, unknown } = provenance.lines
  const total = ai[0] + human + unknown
  const list: ProvenanceState[] =
    total > 12
      ? []
      : [
          ...Array.from({ length: ai[0] }, () => 'ai' as const),
          ...Array.from({ length: human }, () => 'human-attested' as const),
          ...Array.from({ length: unknown }, () => 'unknown' as const),
        ]
  return (
    <span class="provenance">
      {list.length > 0 && <Marks list={list} />}
      <span>{text ?? linesShort(provenance)}</span>
    </span>
  )
}

export function ProvenanceLabel({ provenance }: { provenance: Provenance | null }) {
  if (provenance === null) return <span class="notes">no record of who or what wrote it</span>
  return (
    <span class={`chip p-${provenance.state}`}>
      <strong>{stateWord[provenance.state]}</strong> {writerOf(provenance)}
    </span>
  )
}
