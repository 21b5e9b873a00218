/** Several services are released within minutes, one of them is guilty, and its callers suffer with it. */
import { describe, expect, it } from 'vitest'
import type { Incident } from '../../src/contracts/incident.ts'
import { type ChainOptions, chainLines } from '../support/chain-lines.ts'
import { Pipeline } from '../support/pipeline.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minuteMs = 60_000
const releasedMs = startMs + 60 * minuteMs

const chain: ChainOptions = {
  seed: 5,
  startMs,
  services: 8,
  minutes: 75,
  releasedAtMs: Object.fromEntries([0, 1, 2, 3, 4].map((i) => [`s${i}`, releasedMs + i * 30_000])),
  guilty: 's4',
  failing: 0.1,
  apartMs: 7_000,
}

interface RunOptions {
  readonly partitions?: number
  readonly tickEveryMs?: number
  readonly reopenEveryMs?: number
}

function run(options: ChainOptions, told: RunOptions = {}) {
  const { partitions = 1, tickEveryMs = 1_000, reopenEveryMs = Infinity } = told
  const pipeline = new Pipeline({ partitions, keepsCheckpoints: true })
  let reopenMs = startMs + reopenEveryMs
  let tickMs = startMs
  for (const [text, atMs] of chainLines(options)) {
    for (; tickMs < atMs; tickMs += tickEveryMs) {
      pipeline.tick(tickMs)
      if (tickMs < reopenMs) continue
      reopenMs += reopenEveryMs
      pipeline.engine.reopen()
    }
    pipeline.line(text, atMs)
  }
  const incidents = pipeline.emitted
    .filter(({ topic }) => topic === 'culprit.incidents')
    .map(({ text }) => JSON.parse(text) as Incident)
  return { pipeline, incidents }
}

const ids = (incidents: readonly Incident[]) => [...new Set(incidents.map(({ id }) => id))]
const blamed = ({ regressions }: Incident) => regressions[0]!.release.service.name

describe('several releases within minutes', () => {
  it.each([5, 6, 7])('are one incident, of the deepest that fails (seed %i)', (seed) => {
    const { incidents } = run({ ...chain, seed })

    expect(ids(incidents)).toHaveLength(1)
    const last = incidents.at(-1)!
    expect(blamed(last)).toBe('s4')
    expect(last.regressions.map(({ release }) => release.service.name).sort()).toEqual(
      expect.arrayContaining(['s3', 's4']),
    )
  })

  it('are ranked together from the first revision on, where all report at once', () => {
    const [first] = run({ ...chain, apartMs: 0 }).incidents

    expect(first!.naming.kind).toBe('release')
    const named = first!.regressions.find(({ release }) => release.id === first!.naming.ids[0])
    expect(named?.release.service.name).toBe('s4')
  })

  it('are one incident however many partitions the services are spread over', () => {
    const one = run(chain)
    const four = run(chain, { partitions: 4 })

    expect(ids(four.incidents)).toEqual(ids(one.incidents))
    expect(blamed(four.incidents.at(-1)!)).toBe('s4')
  })

  it('are judged the same however far a tick goes', () => {
    const fine = run(chain)
    const coarse = run(chain, { tickEveryMs: 60_000 })

    expect(ids(coarse.incidents)).toEqual(ids(fine.incidents))
    expect(blamed(coarse.incidents.at(-1)!)).toBe('s4')
  })

  it('are decided at the same records wherever the units were opened again', () => {
    const texts = ({ pipeline }: ReturnType<typeof run>) =>
      pipeline.emitted.map(({ topic, text }) => `${topic} ${text}`)

    expect(texts(run(chain, { reopenEveryMs: 307_000 }))).toEqual(texts(run(chain)))
  })
})
