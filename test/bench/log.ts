/**
 * Append and commit rates of the embedded log and store and of the inline chain, per CPU-second of the process.
 * `run()` gives the figures; run directly it prints them. `share` is what appending costs of the CPU that
 * 400,000 spans per CPU-second leave for one request of 1,000 spans.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbedded } from '../../src/adapters/embedded/open-embedded.ts'
import { InlineEngine } from '../../src/engine/inline.ts'
import { systemClock } from '../../src/engine/system-clock.ts'
import type { NewRecord } from '../../src/ports/event-log.ts'
import { emptyApplied } from '../../src/ports/checkpoint-store.ts'
import type { Processor } from '../../src/processors/processor.ts'

export interface LogFigure {
  readonly name: string
  /** Of them per CPU-second. */
  readonly ours: number
  readonly perSecond: number
  readonly cpuMicrosecondsEach: number
}

/** CPU time that one request of 1,000 spans may take at 400,000 spans per CPU-second. */
const requestCpuMicroseconds = 2_500
const encoder = new TextEncoder()

export async function run(): Promise<LogFigure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-bench-'))
  try {
    const embedded = openEmbedded({ path: join(folder, 'culprit.db'), clock: systemClock })
    await embedded.log.ensureTopics([
      { name: 'events', partitions: 8, retention: { kind: 'time', ms: 86_400_000 } },
    ])
    const figures = [
      await measure('requests of 3 records of 1 KB, 1 at once', 1_000, 1, append),
      await measure('requests of 3 records of 1 KB, 8 at once', 4_000, 8, append),
      await measure('requests of 3 records of 1 KB, 32 at once', 8_000, 32, append),
      await commits(),
      await inline(),
    ]
    await embedded.close()
    return figures

    async function append(n: number): Promise<void> {
      await embedded.log.append(recordsOf(n))
    }

    async function commits(): Promise<LogFigure> {
      const { generation } = await embedded.store.open('detect/0', 1)
      return measure('commits of 1,000 entries of 300 B', 100, 1, async (n) => {
        const puts = Array.from({ length: 1_000 }, (_, index) => ({
          group: String(Math.floor(n / 10)),
          key: `production/shop/checkout/POST /orders/${index}`,
          value: new Uint8Array(300),
        }))
        const deletedGroups = n % 10 === 0 ? [String(n / 10 - 5)] : []
        const changes = { puts, deletes: [], deletedGroups }
        await embedded.store.commit('detect/0', {
          generation,
          base: n,
          next: n,
          applied: emptyApplied,
          changes,
        })
      })
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Records of 300 B through two processors that pass them on: what the chain itself costs. */
async function inline(): Promise<LogFigure> {
  const engine = new InlineEngine({
    processors: [passing('detect', 'events', 'found'), passing('attribute', 'found', 'out')],
    partitions: { events: 8, found: 2, out: 1 },
    emit: () => undefined,
  })
  const value = new Uint8Array(300)
  const pushes = 200_000
  const figure = await measure('pushes through an inline chain of two', pushes, 1, (n) => {
    const headers = { 'culprit-position': `http/0123456789abcdef@${n}.0` }
    const key = `production/shop/service-${n % 50}`
    engine.push({ topic: 'events', partition: n % 8, key, value, headers, atMs: n })
    return Promise.resolve()
  })
  return figure
}

function passing(name: Processor['name'], from: string, topic: string): Processor {
  return {
    name,
    inputs: [from],
    order: 'publish-then-commit',
    open: () => ({
      apply: ({ key, value }) => [{ topic, key, partitionBy: key!, value, headers: {} }],
      changedCount: 0,
      takeChanges: () => ({ puts: [], deletes: [], deletedGroups: [] }),
    }),
  }
}

function recordsOf(n: number): NewRecord[] {
  return Array.from({ length: 3 }, (_, index) => ({
    topic: 'events',
    partition: (n + index) % 8,
    key: 'production/shop/checkout',
    headers: {
      'culprit-position': `http/0123456789abcdef@${n}.${index}`,
      'content-type': 'application/json',
      'culprit-schema': 'service-events/1',
    },
    value: encoder.encode('x'.repeat(1_000)),
  }))
}

async function measure(
  name: string,
  count: number,
  atOnce: number,
  act: (n: number) => Promise<void>,
): Promise<LogFigure> {
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  let next = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) await act(next++)
    }),
  )
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (performance.now() - startedMs) / 1_000
  return {
    name,
    ours: Math.round(count / ((user + system) / 1e6)),
    perSecond: Math.round(count / seconds),
    cpuMicrosecondsEach: Math.round((user + system) / count),
  }
}

if (process.argv[1] === import.meta.filename) {
  for (const { name, ours, perSecond, cpuMicrosecondsEach } of await run()) {
    const share = ((100 * cpuMicrosecondsEach) / requestCpuMicroseconds).toFixed(0)
    process.stdout.write(
      `${name}: ${ours}/CPU-s, ${perSecond}/s, ${cpuMicrosecondsEach} CPU-us each, share ${share} %\n`,
    )
  }
}
