import { afterEach, describe, expect, inject, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { Arena } from '../support/distributed/arena.ts'
import { seed } from '../support/distributed/recording.ts'
import { eventually, windowsOf } from '../support/distributed/windows.ts'
import { spanLines } from '../support/otlp-lines.ts'
import { missingOf } from '../support/services/service.ts'

const { kafka, redis } = inject('services')
const missing = missingOf(kafka) ?? missingOf(redis)
const outageMs = Number(process.env['OUTAGE_SECONDS'] ?? 10) * 1_000
const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

describe.skipIf(missing !== null)(
  `an outage of Culprit itself makes no incident${missing === null ? '' : ` (${missing})`}`,
  () => {
    let arena: Arena
    afterEach(async () => {
      expect(new Set(await arena.close())).toEqual(new Set([0]))
    })

    it.each([
      {
        roles: ['ingest,detect,attribute', 'ingest,detect,attribute'],
        down: [0, 1],
        who: 'all workers are',
      },
      { roles: ['ingest', 'detect,attribute'], down: [0], who: 'only ingest is' },
    ])(
      `while $who down under load: nothing is late (seed ${seed})`,
      async ({ roles, down }) => {
        arena = await Arena.open({ roles })
        const { windows, expected, signals } = await arena.play(outageMs / 1_000 + 20, async () => {
          await pause(5_000)
          const starts = await Promise.all(down.map((at) => arena.stopWorker(at)))
          await pause(outageMs)
          await Promise.all(starts.map((start) => start()))
        })
        expect(windows).toEqual(expected)
        expect(signals).not.toContain('traffic')
        expect(signals).toContain('errors')
      },
      600_000,
    )

    it(`while Kafka is down under HTTP load: 503 meanwhile, and what was accepted is counted (seed ${seed})`, async () => {
      arena = await Arena.open({ roles: ['ingest,detect,attribute,web'] })
      const worker = await arena.startWorkers()
      const load = startLoad(worker.otlpUrl!)
      await pause(5_000)
      const before = memoryOf(worker.pid)
      await arena.brokers.stopNode()
      await pause(outageMs)
      const during = memoryOf(worker.pid)
      await arena.brokers.startNode()
      await pause(10_000)
      const { accepted, statuses } = await load.stop()
      expect(new Set(statuses.keys())).toEqual(new Set([200, 503]))
      expect(during - before, 'memory in MB while nothing can be stored').toBeLessThan(100)
      const counted = async () =>
        (await windowsOf(worker.url))
          .map((line) => (JSON.parse(line) as { requests: number }).requests)
          .reduce((sum, requests) => sum + requests, 0)
      // A request that was refused while its append was under way may have been stored: never less.
      const found = await eventually(counted, (sum) => sum >= accepted, 90_000)
      expect(found).toBeGreaterThanOrEqual(accepted)
      expect(found - accepted).toBeLessThanOrEqual(load.inFlightMax)
    }, 600_000)
  },
)

/** Twenty requests a second of ten spans each, none sent again. */
function startLoad(url: string) {
  const statuses = new Map<number, number>()
  let [accepted, stopped, number] = [0, false, 0]
  const send = async () => {
    const body = oneSecond(number++)
    const spans = body.split('"spanId"').length - 1
    const response = await fetch(`${url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    }).catch(() => null)
    const status = response?.status ?? 0
    await response?.arrayBuffer()
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (status === 200) accepted += spans
  }
  const flying = new Set<Promise<void>>()
  const loop = (async () => {
    while (!stopped) {
      const sending = send().finally(() => flying.delete(sending))
      flying.add(sending)
      await pause(50)
    }
    await Promise.all(flying)
  })()
  return {
    /** Spans of the requests that can be under way at once: the door has room for 256 requests. */
    inFlightMax: 256 * 30,
    stop: async () => {
      stopped = true
      await loop
      return { accepted, statuses }
    },
  }
}

function oneSecond(number: number): string {
  const versions = [{ version: '1.0', fromS: 0, toS: 1, rps: 10, errorRate: 0 }]
  for (let again = 0; ; again++) {
    const [line] = spanLines({
      seed: seed + number * 7 + again,
      startMs: Date.now() - 2_000,
      seconds: 1,
      versions,
    })
    if (line !== undefined) return line
  }
}

/** Resident memory in MB. */
function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024
}
