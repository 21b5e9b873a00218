import { expect, it } from 'vitest'
import { chainLines } from '../support/chain-lines.ts'
import { Pipeline } from '../support/pipeline.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minuteMs = 60_000

const lines = chainLines({
  seed: 5,
  startMs,
  services: 2,
  minutes: 75,
  releasedAtMs: { s1: startMs + 60 * minuteMs },
  guilty: 's1',
  failing: 0.1,
  apartMs: 7_000,
})

function run(reopenEveryMs: number): string[] {
  const pipeline = new Pipeline({ keepsCheckpoints: true })
  let tickMs = startMs
  for (const [text, atMs] of lines) {
    for (; tickMs < atMs; tickMs += 1_000) {
      pipeline.tick(tickMs)
      if ((tickMs - startMs) % reopenEveryMs === 0) pipeline.engine.reopen()
    }
    pipeline.line(text, atMs)
  }
  return pipeline.emitted.map(({ topic, text }) => `${topic} ${text}`)
}

it('is built again from what it began with, though its callers were heard later than it', () => {
  const whole = run(Infinity)

  expect(whole.some((each) => each.startsWith('culprit.alerts'))).toBe(true)
  expect(run(97_000)).toEqual(whole)
})
