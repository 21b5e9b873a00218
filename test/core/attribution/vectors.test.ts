import { expect, it } from 'vitest'
import { doseLlr } from '../../../src/core/attribution/dose.ts'
import { nameCause } from '../../../src/core/attribution/naming.ts'
import { onsetLlr } from '../../../src/core/attribution/onset-term.ts'
import { cap, clipped, limits, onset } from '../../../src/core/attribution/parameters.ts'
import {
  type Scored,
  type ScoredTerm,
  posteriorOf,
} from '../../../src/core/attribution/posterior.ts'
import { candidatePriors } from '../../../src/core/attribution/prior.ts'
import { coverage, streamLlr, topologyLlr } from '../../../src/core/attribution/topology.ts'
import type { Candidate, TermName } from '../../../src/core/attribution/types.ts'
import { expectClose, vectors } from '../../support/vectors.ts'

interface Shares {
  [id: string]: number
}
interface Example {
  input: {
    routes: { id: string; log_bf: number }[]
    onset_min: number
    env_log_bf: number
    units: { id: string; start_min: number; contrast: number | null; q: number[] }[]
    changes: {
      id: string
      unit: string
      lines: number
      code_lr: number | null
      text_lr: number | null
      q: number[]
      beta_ai: number
    }[]
  }
  expected: {
    blind: {
      prior: Shares
      terms: Record<string, Record<string, number>>
      unobserved_llr: number
      posterior: Shares
    }
    decision: { kind: string; ids: string[]; p: number }
    with_provenance: { posterior: Shares }
    leave_one_out: Record<string, { posterior: Shares; rank: string[] }>
  }
}

const capped = (ratio: number | null) =>
  ratio === null ? 0 : clipped(Math.log(ratio), [-cap, cap])

function worked(input: Example['input'], extra: ReadonlyMap<string, number> = new Map()): Scored {
  const physical = (unit: Example['input']['units'][number], q: number[]): ScoredTerm[] => [
    {
      term: 'topology',
      llr: topologyLlr(input.routes.map(({ log_bf }, r) => streamLlr(q[r]!, log_bf))),
    },
    { term: 'contrast', llr: unit.contrast === null ? 0 : clipped(unit.contrast, limits.contrast) },
    {
      term: 'onset',
      llr: clipped(onsetLlr(input.onset_min - unit.start_min), [Math.log(onset.before), onset.max]),
    },
  ]
  const candidates = input.changes.map(
    ({ id, unit, lines }): Candidate => ({
      id,
      kind: 'change',
      title: id,
      revision: null,
      units: [unit],
      lines,
      files: [],
      committedAtMs: null,
    }),
  )
  const priors = candidatePriors(candidates, extra)
  return {
    candidates: input.changes.map((change, i) => ({
      id: change.id,
      logPrior: priors[i]!.logPrior,
      terms: [
        { term: 'code', llr: capped(change.code_lr) },
        { term: 'text', llr: capped(change.text_lr) },
        ...physical(input.units.find(({ id }) => id === change.unit)!, change.q),
      ],
    })),
    units: input.units.map((unit) => physical(unit, unit.q)),
    environmentLlr: input.env_log_bf,
  }
}

function expectPosterior(scored: Scored, expected: Shares, without: TermName | null = null) {
  const found = posteriorOf(scored, without)
  const all = { environment: found.external, unobserved: found.unobserved }
  const shares: Shares = { ...Object.fromEntries(found.candidates), ...all }
  expect(Object.keys(shares).sort()).toEqual(Object.keys(expected).sort())
  for (const [id, share] of Object.entries(expected)) {
    expectClose(shares[id]!, share, id)
    // Shares far below the tolerance are compared by their logarithms too.
    expectClose(Math.log(shares[id]!), Math.log(share), `log ${id}`)
  }
  return shares
}

it('worked_example: priors, terms and posterior, blind to provenance', () => {
  const { input, expected } = vectors<Example>('attribution', 'worked_example')
  const scored = worked(input)
  for (const { id, logPrior, terms } of scored.candidates) {
    expectClose(Math.exp(logPrior), expected.blind.prior[id]!, `prior ${id}`)
    for (const { term, llr } of terms) expectClose(llr, expected.blind.terms[id]![term]!, term)
  }
  expectClose(posteriorOf(scored).unobservedLlr, expected.blind.unobserved_llr)
  expectPosterior(scored, expected.blind.posterior)
})

it('worked_example: with the learned provenance odds, for the report beside', () => {
  const { input, expected } = vectors<Example>('attribution', 'worked_example')
  const extra = new Map(input.changes.map(({ id, beta_ai }) => [id, beta_ai]))
  expectPosterior(worked(input, extra), expected.with_provenance.posterior)
})

it('worked_example: each term left out', () => {
  const { input, expected } = vectors<Example>('attribution', 'worked_example')
  const scored = worked(input)
  for (const [term, want] of Object.entries(expected.leave_one_out)) {
    const shares = expectPosterior(scored, want.posterior, term as TermName)
    const rank = Object.keys(shares).sort((a, b) => shares[b]! - shares[a]!)
    expect(rank, `without ${term}`).toEqual(want.rank)
  }
})

it('decision: naming rule', () => {
  const { cases } = vectors<{
    cases: {
      posterior: Shares
      expected: { kind: string; ids: string[]; p: number | null }
    }[]
  }>('attribution', 'decision')
  const outside: Record<string, string> = { environment: 'external', not_attributable: 'nobody' }
  for (const { posterior, expected } of cases) {
    const { environment, unobserved, ...changes } = posterior
    const named = nameCause({
      hypotheses: Object.entries(changes).map(([id, probability]) => ({
        id,
        kind: 'change',
        probability,
        units: [],
        support: [],
      })),
      external: environment!,
      unobserved: unobserved!,
      afterMs: 600_000,
    })
    expect(named.kind).toBe(outside[expected.kind] ?? expected.kind)
    expect(named.ids).toEqual(expected.ids)
    if (expected.p !== null) expectClose(named.probability, expected.p)
  }
})

it('onset: delay against exposure', () => {
  const { cases } = vectors<{ cases: { delay: number; llr: number }[] }>('attribution', 'onset')
  for (const { delay, llr } of cases) expectClose(onsetLlr(delay), llr, `delay ${delay}`)
})

it('dose_response: effect in proportion to the share', () => {
  const { input, expected } = vectors<{
    input: {
      eta: number
      share: number[]
      expected: number[]
      events: number[]
      thetas: number[]
    }
    expected: { llr: number }
  }>('attribution', 'dose_response')
  const steps = input.share.map((share, i) => ({
    share,
    expected: input.expected[i]!,
    events: input.events[i]!,
  }))
  expectClose(doseLlr(steps, input), expected.llr)
})

it('second_round: coverage by several causes', () => {
  const { input, expected } = vectors<{
    input: { eps: number; q: number[] }
    expected: { q: number }
  }>('attribution', 'second_round')
  expectClose(coverage(input.q, input.eps), expected.q)
})
