/**
 * The evidence table: a row per fact, a column per suspect, in bits (log-odds, base 2). Shown figures add up
 * to the shown sum of their column (largest remainder over the column). Rows that tell the first two suspects
 * apart are marked. Pure.
 */
import type { EvidenceTerm, Suspect } from '../../contracts/incident.ts'
import { roundTogether } from './largest-remainder.ts'

export const columnsMax = 4

const labels: Readonly<Record<EvidenceTerm['term'], string>> = {
  prior: 'Starting point',
  contrast: 'Old against new',
  onset: 'Onset',
  dose: 'Traffic share',
  code: 'Code',
  text: 'Error text',
  topology: 'Call graph',
  flag: 'Flag',
  reversal: 'Going back',
  size: 'Size',
  'non-code': 'Not code',
}
const order = Object.keys(labels) as EvidenceTerm['term'][]

export interface WaterfallRow {
  readonly key: string
  readonly label: string
  readonly fact: string
  readonly prior: boolean
  /** Shown bits by column; null where the term says nothing about that suspect. */
  readonly cells: readonly (number | null)[]
  /** Tells the first two suspects apart. */
  readonly separates: boolean
  /** The first suspect's bar, in bits from its odds of one. */
  readonly bar: { readonly from: number; readonly to: number } | null
}

export interface Waterfall {
  readonly columns: readonly Suspect[]
  readonly rows: readonly WaterfallRow[]
  readonly totals: readonly number[]
  readonly scale: { readonly low: number; readonly high: number }
}

/** The first two that can be blamed, then outside and unseen: what the odds are against. */
export function columnsOf(suspects: readonly Suspect[]): Suspect[] {
  const others = suspects.filter(({ kind }) => kind === 'external' || kind === 'unobserved')
  const blamed = suspects.filter((suspect) => !others.includes(suspect))
  const both = [...blamed.slice(0, columnsMax - others.length), ...others]
  return suspects.filter((suspect) => both.includes(suspect)).slice(0, columnsMax)
}

export function waterfallOf(suspects: readonly Suspect[]): Waterfall {
  const columns = columnsOf(suspects)
  const shown = columns.map(({ evidence }) =>
    roundTogether(
      evidence.map(({ bits }) => bits),
      0.1,
    ),
  )
  const keys = keysOf(columns)
  const cells = keys.map((key) => columns.map((suspect, i) => cellOf(suspect, shown[i]!, key)))
  let at = 0
  const rows = keys.map((key, i) => {
    const bits = cells[i]![0] ?? null
    const bar = bits === null ? null : { from: at, to: at + bits }
    at += bits ?? 0
    const [first, second] = [bitsOf(columns[0], key), bitsOf(columns[1], key)]
    return {
      key: `${key.term}/${key.nth}`,
      label: labels[key.term],
      fact: factOf(columns, key),
      prior: key.term === 'prior',
      cells: cells[i]!,
      separates: key.term !== 'prior' && columns.length > 1 && Math.abs(first - second) > 0.05,
      bar,
    }
  })
  const ends = rows.flatMap(({ bar }) => (bar === null ? [] : [bar.from, bar.to]))
  return {
    columns,
    rows,
    totals: shown.map((values) => Number(values.reduce((sum, bits) => sum + bits, 0).toFixed(1))),
    scale: { low: Math.min(0, ...ends), high: Math.max(0.1, ...ends) },
  }
}

interface Key {
  readonly term: EvidenceTerm['term']
  readonly nth: number
}

function keysOf(columns: readonly Suspect[]): Key[] {
  return order.flatMap((term) => {
    const most = Math.max(
      0,
      ...columns.map(({ evidence }) => evidence.filter((each) => each.term === term).length),
    )
    return Array.from({ length: most }, (_, nth) => ({ term, nth }))
  })
}

function indexOf({ evidence }: Suspect, { term, nth }: Key): number {
  let seen = 0
  return evidence.findIndex((each) => each.term === term && seen++ === nth)
}

function bitsOf(suspect: Suspect | undefined, key: Key): number {
  return suspect?.evidence[indexOf(suspect, key)]?.bits ?? 0
}

function cellOf(suspect: Suspect, shown: readonly number[], key: Key): number | null {
  const index = indexOf(suspect, key)
  return index < 0 ? null : (shown[index] ?? null)
}

/** The first suspect's own words, else those of the first that has any. */
function factOf(columns: readonly Suspect[], key: Key): string {
  for (const suspect of columns) {
    const fact = suspect.evidence[indexOf(suspect, key)]?.fact
    if (fact !== undefined) return fact
  }
  return ''
}
