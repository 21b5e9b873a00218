/** What the page charts of the broken release: its evidence over time and the series of its routes. */
import { at, nowMs } from './moment.ts'
import { checkout } from './releases.ts'
import { signals } from './signals.ts'

const noise = [0.4, 0.9, 0.5, 0.3, 0.2, 0.6, 0.7, 0.2, 0.1, 0.5, 0.4, 0.3, 0.4, 0.2, 0.6]
const bad = [0.9, 1.7, 3.5, 2.6, 2.8, 2.9, 4.3, 3.0, 3.1, 2.4, 2.6, 2.9, 3.0, 3.3]

interface Side {
  readonly events: number
  readonly exposure: number
}

function buckets(scale: number, worse: boolean) {
  const startMs = Date.parse(at('08:49'))
  const releaseMs = Date.parse(at('09:04:00'))
  const list: {
    start: string
    end: string
    new: Side | null
    old: Side | null
    p99: { new: number | null; old: number | null } | null
  }[] = []
  for (let i = 0; startMs + i * 10_000 < nowMs - 12_000; i++) {
    const ms = startMs + i * 10_000
    const half = Math.floor(i / 3)
    const after = Math.floor((ms - releaseMs) / 30_000)
    const old = { events: (noise[half % noise.length]! / 100) * 600 * scale, exposure: 600 }
    const share = worse
      ? bad[Math.min(after, bad.length - 1)]
      : noise[(half + 4) % noise.length]! * scale
    const now = after < 0 ? null : { events: ((share ?? 0) / 100) * 400, exposure: 400 }
    list.push({
      start: new Date(ms).toISOString(),
      end: new Date(ms + 10_000).toISOString(),
      new: now,
      old: half === 9 ? null : old,
      p99: {
        new: after < 0 ? null : 0.2 + noise[(half + 2) % noise.length]! / 40,
        old: 0.2 + noise[half % noise.length]! / 40,
      },
    })
  }
  return list
}

export const detail = {
  release: checkout.id,
  reportingLine: 4.6,
  evidence: [-0.4, -0.3, 0.1, 0.5, 1.2, 2.4, 3.6, 4.9, 5.6, 6.4, 7.2, 8.4, 9.1, 9.31].map(
    (logE, i) => ({
      at: new Date(Date.parse(at('09:04:10')) + i * 30_000).toISOString(),
      logE,
    }),
  ),
  signals,
  suspects: [],
  series: [
    { route: '', buckets: buckets(0.5, false) },
    { route: 'POST /orders', buckets: buckets(1, true) },
    { route: 'GET /cart', buckets: buckets(0.3, false) },
  ],
  newVersion: '1.42.0',
  oldVersion: '1.41.3',
  mode: 'split',
  startedAt: checkout.startedAt,
}
