/** Latency that has its hours, every day: judged on what the service itself did at them. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { EvidenceFinding, Finding, StreamEvidence } from '../../../src/contracts/findings.ts'
import { DetectUnit } from '../../support/detect-unit.ts'
import { minuteOfLatency } from '../../support/latency-minutes.ts'
import { seededRandom } from '../../support/random.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const minuteMs = 60_000
const startMs = Date.parse('2026-06-01T00:00:00Z')

interface Told {
  /** Greatest log E of the release, and of its latency streams. */
  readonly loudest: number
  readonly latency: number
  /** Of all that was kept at the end. */
  readonly kept: string
  /** Minutes after the release at which it was at 100. */
  readonly foundMinute: number | null
}

interface Story {
  readonly seed: number
  readonly historyDays: number
  readonly factor?: number
  readonly reopensEveryMs?: number
}

/**
 * A share of .6 to 4.4 % takes ten times as long: p99 is .17 s by day, grows to more than three times that from 19:30 to
 * 21:30, and comes back until the next evening. A release at 20:00.
 */
async function releaseAtDusk({ seed, historyDays, factor = 1, reopensEveryMs }: Story) {
  const random = seededRandom(seed)
  const unit = new DetectUnit()
  const releaseMs = startMs + 8 * dayMs + 20 * hourMs
  const fromMs = releaseMs - Math.round(historyDays * 24) * hourMs
  const told = { loudest: -Infinity, latency: -Infinity, foundMinute: null as number | null }
  const hear = (findings: readonly Finding[]) => {
    for (const finding of findings) {
      if (finding.kind !== 'evidence' || finding.release === null) continue
      const { logE, streams, atMs } = finding as EvidenceFinding
      told.loudest = Math.max(told.loudest, logE)
      for (const { signal, logE: each } of streams as readonly StreamEvidence[]) {
        if (signal === 'latency') told.latency = Math.max(told.latency, each)
      }
      if (logE >= Math.log(100)) told.foundMinute ??= (atMs - releaseMs) / minuteMs
    }
  }
  for (let atMs = fromMs; atMs < releaseMs + 90 * minuteMs; atMs += minuteMs) {
    const after = atMs >= releaseMs
    const sinceHours = ((atMs - 19.5 * hourMs) % dayMs) / hourMs
    const night = sinceHours < 2 ? sinceHours / 2 : 1 - (sinceHours - 2) / 22
    const slow = 0.006 * Math.exp(2 * night)
    const version = after ? '2' : '1'
    const median = 0.05 * (after ? factor : 1)
    hear(unit.tell(minuteOfLatency({ atMs, version, median, slow, random })))
    hear(unit.tick(atMs + minuteMs))
    if (reopensEveryMs !== undefined && (atMs - fromMs) % reopensEveryMs === 0) {
      await unit.reopen()
    }
  }
  await unit.commit()
  const { entries } = await unit.store.open(unit.unit, 0)
  const kept = createHash('sha256')
  const lines = [...entries].map(
    ({ group, key, value }) => `${group} ${key} ${Buffer.from(value).toString()}`,
  )
  for (const line of lines.sort()) kept.update(line)
  return { ...told, kept: kept.digest('hex') } satisfies Told
}

const twoDays: Story = { seed: 2, historyDays: 2 }
let undisturbed: Promise<Told> | null = null
/** Asked for twice, and dear for its fits. */
const afterTwoDays = () => (undisturbed ??= releaseAtDusk(twoDays))

describe('latency that grows every evening', () => {
  it.each([{ seed: 1, historyDays: 3 }, twoDays])(
    'is no effect of a harmless release, after $historyDays days of it, seed $seed',
    async (story) => {
      const { loudest, latency } = await (story === twoDays ? afterTwoDays() : releaseAtDusk(story))
      expect(latency).toBeGreaterThan(Number.NEGATIVE_INFINITY)
      expect(loudest).toBeLessThan(Math.log(10))
    },
  )

  it('is what tells: after three hours of it the same growth would be one', async () => {
    const { loudest } = await releaseAtDusk({ seed: 1, historyDays: 0.125 })
    expect(loudest).toBeGreaterThan(Math.log(100))
  })

  it('does not hide that a release makes all of it half as long again, seed 1', async () => {
    const { foundMinute } = await releaseAtDusk({ seed: 1, historyDays: 3, factor: 1.5 })
    expect(foundMinute).not.toBeNull()
    expect(foundMinute!).toBeLessThanOrEqual(6)
  })

  it('is known to another owner as it was, byte for byte, seed 2', async () => {
    const again = await releaseAtDusk({ ...twoDays, reopensEveryMs: 7 * hourMs })
    expect(again).toEqual(await afterTwoDays())
  })
})
