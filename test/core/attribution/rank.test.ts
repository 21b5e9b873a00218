import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baselines } from '../../../src/core/attribution/baselines.ts'
import { candidateOf, releaseCandidate } from '../../../src/core/attribution/candidate.ts'
import { type Ranking, rank } from '../../../src/core/attribution/rank.ts'
import { addedTopology, isUnexplained } from '../../../src/core/attribution/second-round.ts'
import { reach, CallGraph } from '../../../src/core/attribution/topology.ts'
import type {
  AttributionInput,
  AttributionStream,
  Candidate,
  ErrorKind,
} from '../../../src/core/attribution/types.ts'
import type { Change, Provenance } from '../../../src/contracts/change.ts'
import { seededRandom, shuffled } from '../../support/random.ts'

const t0 = 1_795_000_000_000
const minute = 60_000
const checkout = 'production/shop/checkout'
const front = 'production/shop/front'
const payment = 'production/shop/payment'
const late = { afterMs: 10 * minute }

const stream = (over: Partial<AttributionStream>): AttributionStream => ({
  id: `${over.service} ${over.signal ?? 'errors'} ${over.route ?? ''}`,
  service: checkout,
  signal: 'errors',
  route: null,
  caller: null,
  logE: -0.5,
  onsetMs: null,
  code: null,
  ...over,
})

const change = (
  id: string,
  over: Partial<Candidate> & { path?: string; head?: [number, number][] } = {},
): Candidate => {
  const { path = `checkout/${id}.js`, head = [[1, 5]], ...rest } = over
  return {
    id,
    kind: 'change',
    title: id,
    revision: null,
    units: ['rel_checkout'],
    lines: 40,
    files: [
      {
        path,
        oldPath: null,
        created: false,
        generated: false,
        head,
        functions: null,
        tokens: null,
      },
    ],
    committedAtMs: t0 - minute,
    ...rest,
  }
}

const frame = (file: string, line: number | null = null, name: string | null = null) => ({
  file,
  line,
  function: name,
  inApp: true,
})
const kind = (over: Partial<ErrorKind> = {}): ErrorKind => ({
  fingerprint: 'f1',
  service: checkout,
  type: 'TypeError',
  template: 'cannot apply voucher to basket',
  frames: [frame('/app/checkout/cart.js', 42, 'applyVoucher')],
  ...over,
})

const scene = (over: Partial<AttributionInput> = {}): AttributionInput => ({
  onsetMs: t0 + minute,
  units: [
    { id: 'rel_checkout', service: checkout, startMs: t0, contrast: 9 },
    { id: 'rel_payment', service: payment, startMs: t0 - 40 * minute, contrast: null },
  ],
  candidates: [
    change('a', { path: 'checkout/cart.js', head: [[40, 44]] }),
    change('b', { path: 'checkout/cart.js', head: [[1, 10]] }),
    change('c', { path: 'checkout/stock.js' }),
    change('d', { path: 'payment/card.js', units: ['rel_payment'] }),
  ],
  streams: [
    stream({ service: checkout, logE: 12, onsetMs: t0 + minute }),
    stream({ service: front, logE: 5, onsetMs: t0 + minute }),
    stream({ service: payment }),
  ],
  edges: [
    { caller: front, callee: checkout },
    { caller: checkout, callee: payment },
  ],
  kinds: [kind()],
  entryFiles: [],
  oldShift: null,
  ...over,
})

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

describe('reach', () => {
  const graph = new CallGraph(scene().edges)
  it.each([
    { over: { service: checkout }, q: 0.8, why: 'its own route' },
    { over: { service: front }, q: 0.4, why: 'a direct caller' },
    { over: { service: payment }, q: 0.01, why: 'a callee does not see its caller break' },
    {
      over: { service: payment, signal: 'availability' as const, caller: checkout },
      q: 0.3,
      why: 'the edge to a callee',
    },
  ])('answers $q: $why', ({ over, q }) => {
    expect(reach(stream(over), checkout, graph, null)).toBe(q)
  })

  it('halves with each hop up the calls, and survives a cycle', () => {
    const cyclic = new CallGraph([...scene().edges, { caller: payment, callee: front }])
    expect(reach(stream({ service: front }), payment, cyclic, null)).toBe(0.2)
  })
})

describe('second round', () => {
  it('asks for another cause only where a strong stream is covered poorly', () => {
    expect(isUnexplained({ logE: 9, named: [0.8] })).toBe(false)
    expect(isUnexplained({ logE: 9, named: [0.01] })).toBe(true)
    expect(isUnexplained({ logE: 2, named: [0.01] })).toBe(false)
  })

  it('credits a cause only for what the first leaves open', () => {
    const open = addedTopology([{ logE: 9, named: [0.01] }], [0.8])
    const explained = addedTopology([{ logE: 9, named: [0.8] }], [0.8])
    expect(open).toBeGreaterThan(3)
    expect(explained).toBeLessThan(0.3)
  })
})

describe('baselines', () => {
  it('lists what simpler rules would have said', () => {
    const found = baselines(scene(), {
      alertMs: t0 + 2 * minute,
      aiShare: new Map([['rel_payment', 0.5]]),
    })
    expect(found).toEqual({
      'latest-deploy': ['rel_checkout', 'rel_payment'],
      'nearest-in-time': ['rel_checkout', 'rel_payment'],
      'ai-share': ['rel_payment'],
      'last-on-frame': ['a', 'b'],
    })
  })
})
