/** The ranking as a whole: what it names, the evidence that it gives for it, and what it may not depend on. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidateOf, releaseCandidate } from '../../../src/core/attribution/candidate.ts'
import { type Ranking, rank } from '../../../src/core/attribution/rank.ts'
import type { Change, Provenance } from '../../../src/contracts/change.ts'
import { seededRandom, shuffled } from '../../support/random.ts'
import { change, kind, minute, scene, stream, t0 } from './scene.ts'

const late = { afterMs: 10 * minute }

const shareOf = (ranking: Ranking, id: string) => ranking.posterior.candidates.get(id)!
const termOf = (ranking: Ranking, id: string, term: string) =>
  ranking.suspects.find((suspect) => suspect.id === id)!.evidence.find((each) => each.term === term)

describe('rank', () => {
  it('names the change that last touched the failing line, among those of one artifact', () => {
    const ranking = rank(scene(), late)

    expect(ranking.naming).toMatchObject({ kind: 'change', ids: ['a'] })
    expect(ranking.suspects[0]).toMatchObject({ rank: 1, id: 'a', release: 'rel_checkout' })
    expect(termOf(ranking, 'a', 'code')!.fact).toBe(
      'last touched line 42 of checkout/cart.js, the top frame of the error',
    )
    expect(termOf(ranking, 'c', 'code')!.fact).toContain('touches none of the files')
    expect(shareOf(ranking, 'a')).toBeGreaterThan(3 * shareOf(ranking, 'b'))
    expect(shareOf(ranking, 'd')).toBeLessThan(1e-3)
  })

  it('names at most a set or a release in the first three minutes', () => {
    const { naming } = rank(scene(), { afterMs: minute })
    expect(['set', 'release']).toContain(naming.kind)
  })

  it('names all changes of a release as a set when nothing tells them apart', () => {
    const { naming, releases } = rank(scene({ kinds: [] }), late)
    expect(naming).toMatchObject({ kind: 'set', ids: ['a', 'b', 'c'] })
    expect(releases.get('rel_checkout')).toBeGreaterThan(0.9)
  })

  it('names the release where its changes share the mass and an unobserved one keeps its eighth', () => {
    const units = scene().units.slice(0, 1)
    const candidates = scene().candidates.slice(0, 3)
    const { naming } = rank(scene({ units, candidates, kinds: [] }), late)
    expect(naming).toMatchObject({ kind: 'release', ids: ['rel_checkout'] })
  })

  it('names a release without known changes as a release', () => {
    const candidates = [
      releaseCandidate({ id: 'rel_checkout', title: 'checkout 2.0', revision: null }),
      releaseCandidate({ id: 'rel_payment', title: 'payment 1.1', revision: null }),
    ]
    const { naming, suspects } = rank(scene({ candidates, kinds: [] }), late)
    expect(naming).toMatchObject({ kind: 'release', ids: ['rel_checkout'] })
    expect(suspects.map((suspect) => suspect.kind)).toContain('unobserved')
  })

  it('names external when unchanged services show the same shift', () => {
    const sick = ['mail', 'search', 'stock'].map((name) =>
      stream({ service: `production/shop/${name}`, logE: 9, onsetMs: t0 + minute }),
    )
    const { streams } = scene()
    const units = scene().units.map((unit) => ({ ...unit, contrast: null }))
    const weak = streams.map((each) => ({ ...each, logE: Math.min(each.logE, 1) }))
    const { naming, suspects } = rank(
      scene({ streams: [...weak, ...sick], units, kinds: [] }),
      late,
    )
    expect(naming.kind).toBe('external')
    expect(suspects[0]!.evidence[1]!.fact).toContain('3 of 3 unchanged')
  })

  it('finds healthy siblings to speak against external', () => {
    const healthy = ['mail', 'search'].map((name) => stream({ service: `production/shop/${name}` }))
    const without = rank(scene(), late).posterior.external
    const withSiblings = rank(scene({ streams: [...scene().streams, ...healthy] }), late)
    expect(withSiblings.posterior.external).toBeLessThan(without)
  })

  it('counts one physical fact once: the larger of contrast and topology on own routes', () => {
    const strong = rank(scene(), late)
    expect(termOf(strong, 'a', 'contrast')!.bits).toBeCloseTo(9 / Math.LN2, 9)

    const units = scene().units.map((unit) => ({ ...unit, contrast: unit.contrast && 1 }))
    const weak = rank(scene({ units }), late)
    expect(termOf(weak, 'a', 'contrast')).toBeUndefined()
    expect(termOf(weak, 'a', 'topology')!.bits).toBeGreaterThan(
      termOf(strong, 'a', 'topology')!.bits,
    )
  })

  it('says where a fact is stronger than it counts', () => {
    const at = (contrast: number) => {
      const units = scene().units.map((unit) => ({ ...unit, contrast: unit.contrast && contrast }))
      return termOf(rank(scene({ units }), late), 'a', 'contrast')!
    }

    expect(at(9).fact).toBe('new against old version of production/shop/checkout')
    expect(at(200).fact).toBe(`${at(9).fact}, the most that counts`)
    expect(at(200).bits).toBe(at(300).bits)
  })

  it('finds the word of the error in the text that a change added', () => {
    const withTokens = (id: string, tokens: string[]) => {
      const base = change(id)
      return { ...base, files: base.files.map((file) => ({ ...file, tokens })) }
    }
    const candidates = [withTokens('a', ['voucher']), withTokens('b', ['basketry'])]
    const ranking = rank(scene({ candidates, kinds: [kind({ frames: [] })] }), late)
    expect(termOf(ranking, 'a', 'text')!.bits).toBeCloseTo(Math.log2(0.91 / 0.215), 9)
    expect(termOf(ranking, 'b', 'text')!.bits).toBeCloseTo(Math.log2(0.115), 9)
  })

  it('holds documents and tests for harmless', () => {
    const candidates = [change('a'), change('b', { path: 'README.md' })]
    const ranking = rank(scene({ candidates, kinds: [] }), late)
    expect(termOf(ranking, 'b', 'non-code')!.bits).toBeCloseTo(Math.log2(0.1), 9)
  })

  it('gives bits that add up to the score of each hypothesis', () => {
    const { suspects, posterior } = rank(scene(), late)
    const score = (id: string) =>
      suspects.find((each) => each.id === id)!.evidence.reduce((sum, { bits }) => sum + bits, 0)
    const odds = Math.log2(posterior.candidates.get('a')! / posterior.candidates.get('c')!)
    expect(score('a') - score('c')).toBeCloseTo(odds, 9)
  })

  it('answers nobody without a release in reach', () => {
    const { naming } = rank(scene({ candidates: [], units: [] }), late)
    expect(naming.kind).toBe('nobody')
  })

  const seed = 20_261_122
  it(`gives the same bits for any order of its input (seed ${seed})`, () => {
    const want = JSON.stringify(rank(scene(), late))
    fc.assert(
      fc.property(fc.integer(), (shuffle) => {
        const random = seededRandom(shuffle)
        const { units, candidates, streams, edges, kinds, ...rest } = scene()
        const mixed = {
          ...rest,
          units: shuffled(units, random),
          candidates: shuffled(candidates, random),
          streams: shuffled(streams, random),
          edges: shuffled(edges, random),
          kinds: shuffled(kinds, random),
        }
        expect(JSON.stringify(rank(mixed, late))).toBe(want)
      }),
      { seed, numRuns: 50 },
    )
  })

  it(`is blind to provenance: any label gives the same posterior (seed ${seed})`, () => {
    const states = ['ai', 'mixed', 'human-attested', 'automation', 'conflict', 'unknown'] as const
    const label = fc.record({
      state: fc.constantFrom(...states),
      tool: fc.string(),
      ai: fc.nat(),
    })
    const rankWith = (
      labels: readonly { state: Provenance['state']; tool: string; ai: number }[],
    ) => {
      const candidates = labels.map((each, i) => candidateOf(commitOf(i, each), ['rel_checkout']))
      return rank(scene({ candidates }), late)
    }
    const none = { state: 'unknown', tool: '', ai: 0 } as const
    const want = rankWith([none, none, none])
    fc.assert(
      fc.property(fc.tuple(label, label, label), (labels) => {
        const found = rankWith(labels)
        expect(found.suspects.map(({ id }) => id)).toEqual(want.suspects.map(({ id }) => id))
        for (const [id, share] of found.posterior.candidates) {
          expect(Math.abs(share - shareOf(want, id))).toBeLessThanOrEqual(1e-12)
        }
      }),
      { seed, numRuns: 50 },
    )
  })
})

function commitOf(
  i: number,
  { state, tool, ai }: { state: Provenance['state']; tool: string; ai: number },
): Change {
  const sha = `${i}`.repeat(40)
  const person = { name: tool, email: '', class: 'human' as const }
  const files = [
    { path: `checkout/file${i}.js`, status: 'M' as const, binary: false, generated: false },
  ]
  return {
    id: `shop@${sha}`,
    repo: { host: 'localhost', owner: 'shop', name: 'shop' },
    sha,
    parents: [],
    kind: 'commit',
    authoredAtMs: t0,
    committedAtMs: t0,
    tzOffsetMin: 0,
    author: person,
    committer: person,
    coAuthors: [],
    subject: `change ${i}`,
    files,
    linesAdded: 10 + i,
    linesDeleted: 0,
    provenance: {
      state,
      agents: [{ tool }],
      sessions: [],
      spans: [],
      lines: { ai: [ai, ai], human: 0, unknown: 0 },
      evidence: [],
      rulesVersion: '1',
    },
  }
}
