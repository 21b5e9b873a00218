/**
 * Whom to name (attribution reference, section 9): a change, a set, a release, external, or nobody.
 *
 * Beyond the four rules of the reference, a release whose changes hold most of the mass together is named
 * as such when no change and no set can be: commits of one artifact without code evidence share their mass,
 * `unobserved` keeps its eighth, so a set would never reach .9 although it is clear what to roll back.
 */
import type { Naming } from '../../contracts/incident.ts'
import { naming } from './parameters.ts'
import type { TermName } from './types.ts'

export interface NamedHypothesis {
  readonly id: string
  readonly kind: 'change' | 'release' | 'flag' | 'config'
  readonly probability: number
  /** Releases that it rides in; empty where that plays no part. */
  readonly units: readonly string[]
  /** Terms that speak for it. */
  readonly support: readonly TermName[]
}

export interface NamingQuestion {
  readonly hypotheses: readonly NamedHypothesis[]
  readonly external: number
  readonly unobserved: number
  /** Time since `regressed`. */
  readonly afterMs: number
}

/** Evidence that may name a change by itself. */
const sufficient: ReadonlySet<TermName> = new Set(['contrast', 'flag', 'reversal'])

export function nameCause(question: NamingQuestion): Naming {
  const order = [...question.hypotheses].sort(
    (a, b) => b.probability - a.probability || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  )
  const early = question.afterMs < naming.patienceMs
  return (
    (early ? null : nameOne(order, question)) ??
    nameSet(order) ??
    nameRelease(order, question, early) ??
    nameExternal(question) ?? {
      kind: 'nobody',
      ids: [],
      probability: order[0]?.probability ?? 0,
      because: order[0]
        ? `no hypothesis stands out; the likeliest has ${percent(order[0].probability)}`
        : 'no release or change is in reach',
    }
  )
}

function nameOne(
  order: readonly NamedHypothesis[],
  { external, unobserved }: NamingQuestion,
): Naming | null {
  const [best, second] = order
  if (!best || best.probability < naming.probabilityMin) return null
  const next = Math.max(second?.probability ?? 0, external, unobserved)
  if (best.probability - next < naming.leadMin) return null
  if (restsOnOneTerm(best)) return null
  return {
    kind: best.kind === 'release' ? 'release' : 'change',
    ids: [best.id],
    probability: best.probability,
    because: `${percent(best.probability)} against ${percent(next)} for the next hypothesis`,
  }
}

function restsOnOneTerm({ support }: NamedHypothesis): boolean {
  return support.length === 1 && !support.some((term) => sufficient.has(term))
}

function nameSet(order: readonly NamedHypothesis[]): Naming | null {
  const ids: string[] = []
  let sum = 0
  for (const { id, kind, probability } of order) {
    ids.push(id)
    sum += probability
    if (sum < naming.setMin - 1e-12) continue
    const alone = ids.length === 1
    if (alone && restsOnOneTerm(order[0]!)) return null
    return {
      kind: alone && kind === 'release' ? 'release' : 'set',
      ids,
      probability: sum,
      because: alone
        ? `it holds ${percent(sum)}; looked at again ${naming.patienceMs / 60_000} min after the alert`
        : `one of these ${ids.length}, ${percent(sum)} together`,
    }
  }
  return null
}

function nameRelease(
  order: readonly NamedHypothesis[],
  { external, unobserved }: NamingQuestion,
  early: boolean,
): Naming | null {
  const mass = new Map<string, number>()
  for (const { units, probability } of order) {
    for (const unit of units) mass.set(unit, (mass.get(unit) ?? 0) + probability)
  }
  const ranked = [...mass].sort(([a, p], [b, q]) => q - p || (a < b ? -1 : 1))
  const [best, second] = ranked
  if (!best || best[1] < naming.probabilityMin) return null
  const next = Math.max(second?.[1] ?? 0, external, unobserved)
  if (best[1] - next < naming.leadMin) return null
  const wait = early ? `; looked at again ${naming.patienceMs / 60_000} min after the alert` : ''
  return {
    kind: 'release',
    ids: [best[0]],
    probability: best[1],
    because: `what is in it holds ${percent(best[1])} together, and no single change stands out${wait}`,
  }
}

function nameExternal({ external, hypotheses }: NamingQuestion): Naming | null {
  // Without a candidate the prior alone would name it.
  if (hypotheses.length === 0 || external < naming.probabilityMin) return null
  return {
    kind: 'external',
    ids: [],
    probability: external,
    because: `unchanged services show the same shift, ${percent(external)}`,
  }
}

function percent(probability: number): string {
  return `${Math.round(probability * 100)} %`
}
