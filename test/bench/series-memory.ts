/**
 * Memory of `detect` per live series (service, version, route): open windows with a latency histogram of
 * three instances each, histories apart. Measured in a process of its own that collects its garbage first.
 */
import { execFileSync } from 'node:child_process'
import { detectProcessor } from '../../src/processors/detect/detect.ts'
import { topicNames } from '../../src/processors/topics.ts'
import { detectDefaults } from '../support/pipeline.ts'
import { seededRandom } from '../support/random.ts'
import type { BenchRow } from './otlp-read.ts'

const sizes = [1_000, 10_000, 100_000]
const routes = 50
const startMs = 1_700_000_000_000
const windows = 3

export function run(): Promise<BenchRow[]> {
  return Promise.resolve(
    sizes.map((size) => {
      const args = ['--expose-gc', import.meta.filename, String(size)]
      const bytes = Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))
      const name = `memory per live series, ${size.toLocaleString('en-US')} of them`
      return { name, ours: Math.round(bytes / size), unit: 'bytes (at most 4,096)' }
    }),
  )
}

/** Bytes on the heap and beside it that the series hold. */
function measure(size: number): number {
  const topics = topicNames('culprit.')
  const machine = detectProcessor({ ...detectDefaults, servicesMax: size }, topics).open(
    'detect/0',
    [],
  )
  const random = seededRandom(5)
  const before = used()
  for (let service = 0; service < size / routes; service++) {
    for (let window = 0; window < windows; window++) {
      machine.apply({
        topic: topics.serviceEvents,
        partition: 0,
        offset: 0,
        key: null,
        headers: { 'culprit-schema': 'service-events/1' },
        value: Buffer.from(JSON.stringify(rollup(service, startMs + window * 10_000, random))),
        atMs: startMs,
      })
    }
    machine.forgetChanges?.()
  }
  const bytes = used() - before
  // Still in use: what is measured must not have been collected.
  if (machine.changedCount < 0) throw new Error('unreachable')
  return bytes
}

function used(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function rollup(service: number, atMs: number, random: () => number): object {
  return {
    kind: 'rollup',
    service: `production/shop/service-${service}`,
    version: '1.0',
    source: 'spans',
    startMs: atMs,
    sizeMs: 10_000,
    spacingMs: 0,
    arrivedMs: atMs + 10_000,
    instances: [1, 2, 3],
    rows: Array.from({ length: routes }, (_, route) => ({
      route: `GET /things/${route}`,
      requests: 40,
      errors: 1,
      unanswered: 0,
      latency: {
        scale: 6,
        offset: -300,
        counts: Array.from({ length: 40 }, () => Math.floor(random() * 3)),
        zero: 0,
        sum: 1.5,
        min: 0.01,
        max: 0.9,
      },
    })),
  }
}

if (process.argv[1] === import.meta.filename) {
  process.stdout.write(String(measure(Number(process.argv[2]))))
}
