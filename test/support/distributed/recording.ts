/** A recording of two services, a canary of one of which fails, as files that `replay` reads. Seeded. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deploymentLine, spanLines } from '../otlp-lines.ts'

export const seed = 17
export const recordedMs = 240_000
const deployedAtS = 150

export function recordedFiles(folder: string, startMs: number): string[] {
  const seconds = recordedMs / 1_000
  const checkout = spanLines({
    seed,
    startMs,
    seconds,
    versions: [
      { version: '1.0', fromS: 0, toS: seconds, rps: 30, errorRate: 0.005 },
      { version: '1.1', fromS: deployedAtS, toS: seconds, rps: 10, errorRate: 0.3 },
    ],
  })
  const stock = spanLines({
    seed: seed + 1,
    startMs,
    seconds,
    service: 'stock',
    versions: [{ version: '3.0', fromS: 0, toS: seconds, rps: 20, errorRate: 0.002 }],
  })
  const deployed = deploymentLine({
    atMs: startMs + deployedAtS * 1_000,
    version: '1.1',
    id: 'one',
  })
  return Object.entries({ checkout, stock, deployed: [deployed] }).map(([name, lines]) => {
    const path = join(folder, `${name}.jsonl`)
    writeFileSync(path, `${lines.join('\n')}\n`)
    return path
  })
}
