/**
 * The ranking of one incident: every candidate with its probability and each piece of evidence for and
 * against (attribution reference, sections 1 to 9 and 12).
 *
 * Pure, and provenance-blind by type. The order of the input plays no part: everything is put in order of
 * ids first, so the same facts give the same bits.
 */
import type { EvidenceTerm, Naming } from '../../contracts/incident.ts'
import { codeTerm, lineOwners, pathsOf } from './code-term.ts'
import { environmentEvidence } from './environment.ts'
import { type NamedHypothesis, nameCause } from './naming.ts'
import { nonCodeRatio, prior as priorParameters, siblingReachMax } from './parameters.ts'
import { isNonCode } from '../kernel/path-class.ts'
import { type PathContext, samePath } from './paths.ts'
import { type PhysicalQuestion, type Placed, physicalTerms, reachOf } from './physical.ts'
import { type Posterior, type Scored, posteriorOf } from './posterior.ts'
import { candidatePriors } from './prior.ts'
import { TextEvidence } from './text-term.ts'
import { CallGraph, distinctStreams, touchesRoute } from './topology.ts'
import type { AttributionInput, Candidate, ExposureUnit, Term } from './types.ts'

export interface RankedSuspect {
  readonly rank: number
  readonly kind: Candidate['kind'] | 'external' | 'unobserved'
  /** Null for external and unobserved. */
  readonly id: string | null
  /** The unit that it most likely rides in. */
  readonly release: string | null
  readonly title: string
  readonly revision: string | null
  readonly probability: number
  readonly evidence: readonly EvidenceTerm[]
}

export interface Ranking {
  readonly suspects: readonly RankedSuspect[]
  readonly naming: Naming
  readonly posterior: Posterior
  /** Probability of all changes of a release together, by release. A change that rides in two counts in both. */
  readonly releases: ReadonlyMap<string, number>
  /** For saying what each term contributes: `posteriorOf(scored, term)`. */
  readonly scored: Scored
}

export interface RankOptions {
  /** Time since `regressed`. */
  readonly afterMs: number
  /** Learned log prior odds by candidate, for the report beside the blind score. */
  readonly extraPrior?: ReadonlyMap<string, number>
}

export function rank(input: AttributionInput, options: RankOptions): Ranking {
  const facts = prepare(input)
  const priors = candidatePriors(facts.candidates, options.extraPrior)
  const equalShare = Math.log(
    (1 - priorParameters.environment - priorParameters.unobserved) / facts.candidates.length,
  )
  const judged = facts.candidates.map((candidate, i) => {
    const prior = priors[i]!
    const priorTerm: Term = {
      term: 'prior',
      llr: prior.logPrior - (candidate.lines === null ? 0 : prior.sizeLlr),
      fact: `one of ${facts.candidates.length} candidates, ${percent(Math.exp(equalShare))} before any evidence`,
    }
    const size: Term[] =
      candidate.lines === null
        ? []
        : [{ term: 'size', llr: prior.sizeLlr, fact: `${candidate.lines} lines changed` }]
    return {
      candidate,
      logPrior: prior.logPrior,
      shown: [priorTerm, ...size],
      terms: termsOf(candidate, facts),
    }
  })
  const environment = environmentEvidence(siblingsOf(facts), input)
  const scored: Scored = {
    candidates: judged.map(({ candidate, logPrior, terms }) => ({
      id: candidate.id,
      logPrior,
      terms,
    })),
    units: facts.units.map((unit) => physicalTerms(wholeUnit(unit), facts.physical)),
    environmentLlr: environment.llr,
  }
  const posterior = posteriorOf(scored)
  const suspects: Omit<RankedSuspect, 'rank'>[] = judged.map(({ candidate, shown, terms }) => ({
    kind: candidate.kind,
    id: candidate.id,
    release: candidate.units[0] ?? null,
    title: candidate.title,
    revision: candidate.revision,
    probability: posterior.candidates.get(candidate.id) ?? 0,
    evidence: [...shown, ...terms].map(inBits),
  }))
  suspects.push(externalSuspect(posterior, environment), unobservedSuspect(posterior))
  suspects.sort((a, b) => b.probability - a.probability || (orderKey(a) < orderKey(b) ? -1 : 1))
  const hypotheses = judged.map(
    ({ candidate, terms }): NamedHypothesis => ({
      id: candidate.id,
      kind: candidate.kind,
      probability: posterior.candidates.get(candidate.id) ?? 0,
      units: candidate.units,
      support: terms.filter(({ llr }) => llr > 0.1).map(({ term }) => term),
    }),
  )
  const naming = nameCause({ ...posterior, hypotheses, afterMs: options.afterMs })
  return {
    suspects: suspects.map((suspect, i) => ({ rank: i + 1, ...suspect })),
    naming,
    posterior,
    releases: releaseMass(facts, posterior),
    scored,
  }
}

function releaseMass({ candidates, units }: Facts, posterior: Posterior): Map<string, number> {
  const mass = new Map(units.map(({ id }) => [id, 0]))
  for (const candidate of candidates) {
    const share = posterior.candidates.get(candidate.id) ?? 0
    for (const unit of candidate.units) mass.set(unit, (mass.get(unit) ?? 0) + share)
  }
  return mass
}

interface Facts {
  readonly candidates: readonly Candidate[]
  readonly units: readonly ExposureUnit[]
  readonly unitById: ReadonlyMap<string, ExposureUnit>
  readonly physical: PhysicalQuestion
  readonly text: TextEvidence
  readonly input: AttributionInput
  readonly paths: readonly string[]
  readonly contextOf: (service: string) => PathContext
  readonly ownsLine: (path: string, line: number) => boolean
}

function prepare(input: AttributionInput): Facts {
  const candidates = byId(input.candidates)
  const units = byId(input.units)
  const kinds = [...input.kinds].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
  const services = new Set([
    ...units.map(({ service }) => service),
    ...input.streams.map(({ service }) => service),
  ])
  const names = [...services].map(nameOf).sort()
  return {
    candidates,
    units,
    unitById: new Map(units.map((unit) => [unit.id, unit])),
    physical: {
      onsetMs: input.onsetMs,
      streams: distinctStreams(byId(input.streams)),
      graph: new CallGraph(input.edges),
    },
    text: new TextEvidence(kinds, candidates),
    input: { ...input, kinds, entryFiles: [...input.entryFiles].sort() },
    paths: [...new Set(candidates.flatMap(({ files }) => files.flatMap(pathsOf)))].sort(),
    ownsLine: lineOwners(candidates),
    contextOf: (service) => {
      const own = nameOf(service)
      return { service: own, otherServices: names.filter((name) => name !== own) }
    },
  }
}

function termsOf(candidate: Candidate, facts: Facts): Term[] {
  const { kinds, entryFiles } = facts.input
  const code = codeTerm(candidate, {
    ownsLine: facts.ownsLine,
    kinds,
    entryFiles,
    paths: facts.paths,
    contextOf: facts.contextOf,
  })
  const text = facts.text.term(candidate)
  const nonCode = nonCodeTerm(candidate, facts)
  const physical = physicalTerms(placedOf(candidate, facts), facts.physical)
  return [code, text, nonCode, ...physical].filter((term) => term !== null)
}

function nonCodeTerm({ files, units }: Candidate, { unitById, contextOf }: Facts): Term | null {
  if (files.length === 0) return null
  const services = units.flatMap((id) => unitById.get(id)?.service ?? [])
  const foreign = (path: string) =>
    services.length > 0 &&
    services.every((service) => {
      const { service: own, otherServices } = contextOf(service)
      const segments = path.split('/')
      return !segments.includes(own) && otherServices.some((name) => segments[0] === name)
    })
  if (!files.every(({ path }) => isNonCode(path) || foreign(path))) return null
  const fact = "touches only documents, tests or other services' files"
  return { term: 'non-code', llr: Math.log(nonCodeRatio), fact }
}

function placedOf(candidate: Candidate, { unitById, contextOf }: Facts): Placed {
  const units = candidate.units.flatMap((id) => unitById.get(id) ?? [])
  return {
    units,
    touches: (stream) => touchesRoute(stream, candidate, samePath),
    inService: ({ service }) => {
      const { service: name } = contextOf(service)
      return candidate.files.some(({ path }) => path.split('/').includes(name))
    },
  }
}

function wholeUnit(unit: ExposureUnit): Placed {
  return { units: [unit], touches: () => null, inService: () => true }
}

/** Streams that no change reaches: what the environment is judged by. */
function siblingsOf({ candidates, ...facts }: Facts) {
  const placed = candidates.map((candidate) => placedOf(candidate, { candidates, ...facts }))
  const changed = new Set(facts.units.map(({ service }) => service))
  const { streams, graph } = facts.physical
  return streams.filter((stream) => {
    const timeless = { ...stream, onsetMs: null }
    const reached = placed.some((each) => reachOf(timeless, each, graph) > siblingReachMax)
    const knownRoute = !changed.has(stream.service) || stream.code !== null
    return !reached && knownRoute
  })
}

function externalSuspect(
  { external }: Posterior,
  { siblings, shifted, llr }: { siblings: number; shifted: number; llr: number },
): Omit<RankedSuspect, 'rank'> {
  const fact =
    siblings === 0
      ? 'no unchanged service or route to compare with'
      : `${shifted} of ${siblings} unchanged services and routes show the same shift`
  return {
    ...nobody('external', 'External: traffic, third party, hardware'),
    probability: external,
    evidence: [
      inBits({
        term: 'prior',
        llr: Math.log(priorParameters.environment),
        fact: '20 % before any evidence',
      }),
      inBits({ term: 'topology', llr, fact }),
    ],
  }
}

function unobservedSuspect({ unobserved, unobservedLlr }: Posterior): Omit<RankedSuspect, 'rank'> {
  const fact = 'shares the physical evidence of the releases, has no code of its own'
  return {
    ...nobody('unobserved', 'A change that is not in the list'),
    probability: unobserved,
    evidence: [
      inBits({
        term: 'prior',
        llr: Math.log(priorParameters.unobserved),
        fact: '10 % before any evidence',
      }),
      inBits({ term: 'topology', llr: unobservedLlr, fact }),
    ],
  }
}

function nobody(kind: 'external' | 'unobserved', title: string) {
  return { kind, id: null, release: null, title, revision: null }
}

function inBits({ term, llr, fact }: Term): EvidenceTerm {
  return { term, bits: llr / Math.LN2, fact }
}

function orderKey({ id, kind }: { id: string | null; kind: string }): string {
  return id === null ? `~${kind}` : id
}

function byId<T extends { readonly id: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

/** `production/shop/checkout` -> `checkout`. */
function nameOf(service: string): string {
  return service.split('/').at(-1)!
}

function percent(probability: number): string {
  return `${(probability * 100).toFixed(1)} %`
}
