/**
 * The physical terms of a hypothesis: contrast, topology, onset, dose, reversal (attribution reference,
 * sections 5 to 7). A change is judged by the units it rides in: their terms are summed, topology runs over
 * the streams once with the largest reach of its units.
 *
 * One physical fact once: for the changed services' own routes only the larger of contrast and topology
 * counts, for all other streams topology.
 */
import type { CallGraph } from './topology.ts'
import { afterExposure, reach, streamLlr, topologyLlr } from './topology.ts'
import { onsetLlr } from './onset-term.ts'
import { clipped, limits, onset } from './parameters.ts'
import type { AttributionStream, ExposureUnit, Term } from './types.ts'

export interface PhysicalQuestion {
  readonly onsetMs: number
  /** One stream a fact: `distinctStreams`. */
  readonly streams: readonly AttributionStream[]
  readonly graph: CallGraph
}

/** What a hypothesis asks of the streams: its units, and which routes run its code (null: unknown). */
export interface Placed {
  readonly units: readonly ExposureUnit[]
  readonly touches: (stream: AttributionStream) => boolean | null
  /** False where the unit's service has none of the change's files: then it adds nothing negative. */
  readonly inService: (unit: ExposureUnit) => boolean
}

export function physicalTerms(placed: Placed, question: PhysicalQuestion): Term[] {
  const { units } = placed
  const own: number[] = []
  const other: number[] = []
  let strongest: AttributionStream | null = null
  let hit = 0
  for (const stream of question.streams) {
    const q = reachOf(stream, placed, question.graph)
    const llr = streamLlr(q, stream.logE)
    const isOwn = units.some(({ service }) => service === stream.service)
    ;(isOwn ? own : other).push(llr)
    if (llr > 1) hit++
    if (q > 0.01 && stream.logE > (strongest?.logE ?? 0)) strongest = stream
  }
  const contrast = summed(placed, (unit) => clippedOrNull(unit.contrast, limits.contrast))
  const ownTopology = own.reduce((sum, llr) => sum + llr, 0)
  const byContrast = contrast !== null && contrast > ownTopology
  const terms: Term[] = []
  if (contrast !== null && byContrast) {
    const fact = `new against old version of ${placesOf(units)}${capped(contrast, limits.contrast)}`
    terms.push({ term: 'contrast', llr: contrast, fact })
  }
  const counted = byContrast ? other : [...own, ...other]
  if (counted.length > 0) {
    const llr = topologyLlr(counted)
    const most = strongest ? `, most at ${streamName(strongest)}` : ''
    const hits = `${hit} of ${question.streams.length} streams are hit where ${placesOf(units)} reaches`
    terms.push({ term: 'topology', llr, fact: `${hits}${most}${capped(llr, limits.topology)}` })
  }
  return [...terms, ...unitTerms(placed, question.onsetMs)]
}

/** Onset, flag, dose and reversal: facts of the units alone. */
function unitTerms(placed: Placed, onsetMs: number): Term[] {
  const terms: Term[] = []
  const delay = (unit: ExposureUnit) => (onsetMs - unit.startMs) / 60_000
  const onsetSum = summed(placed, (unit) => onsetLlr(delay(unit)))
  if (onsetSum !== null) {
    const delays = placed.units.map((unit) => delayText(delay(unit))).join(', ')
    const llr = clipped(onsetSum, [Math.log(onset.before), onset.max])
    terms.push({ term: 'onset', llr, fact: `the symptom began ${delays}` })
  }
  const rest = [
    ['flag', 'flagContrast', 'with the flag on against off'],
    ['dose', 'dose', 'effect in proportion to the exposure share'],
    ['reversal', 'reversal', 'the level after it was undone'],
  ] as const
  for (const [term, field, text] of rest) {
    const llr = summed(placed, (unit) => clippedOrNull(unit[field] ?? null, limits[term]))
    if (llr !== null) terms.push({ term, llr, fact: `${text}${capped(llr, limits[term])}` })
  }
  return terms
}

export function reachOf(stream: AttributionStream, placed: Placed, graph: CallGraph): number {
  const touches = placed.touches(stream)
  return placed.units.reduce((most, unit) => {
    const q = reach(stream, unit.service, graph, touches)
    return Math.max(most, afterExposure(q, stream, unit))
  }, 0)
}

function summed(
  { units, inService }: Placed,
  llrOf: (unit: ExposureUnit) => number | null,
): number | null {
  let sum: number | null = null
  for (const unit of units) {
    const llr = llrOf(unit)
    if (llr === null) continue
    const counted = units.length > 1 && !inService(unit) ? Math.max(0, llr) : llr
    sum = (sum ?? 0) + counted
  }
  return sum
}

function clippedOrNull(llr: number | null, limit: readonly [number, number]): number | null {
  return llr === null ? null : clipped(llr, limit)
}

/** The figure stands beside the fact; that it would be more is said. */
function capped(llr: number, [, most]: readonly [number, number]): string {
  return llr < most ? '' : ', the most that counts'
}

function placesOf(units: readonly ExposureUnit[]): string {
  return [...new Set(units.map(({ service }) => service))].sort().join(', ')
}

export function streamName({ service, signal, route }: AttributionStream): string {
  return `${service}${route === null ? '' : ` ${route}`} ${signal}`
}

function delayText(minutes: number): string {
  const size = Math.abs(minutes).toFixed(1)
  return minutes < 0 ? `${size} min before the exposure` : `${size} min after the exposure`
}
