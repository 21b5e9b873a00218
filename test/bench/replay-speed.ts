/**
 * `replay` as a whole process, start included: seconds and memory for input of the shapes of contract
 * section 9.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gaugeLines, gaugeValues } from '../support/gauge-lines.ts'
import { deploymentLine, metricLines, spanLines } from '../support/otlp-lines.ts'

const root = join(import.meta.dirname, '../..')
const startMs = Date.parse('2026-11-20T10:00:00Z')

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-replay-'))
  try {
    const seconds = await replay(fortyFiveInstances(folder))
    const gaugeSeconds = await replay(twoWeeksOfAGauge(folder))
    return [
      {
        name: 'replay: 20,160 one-minute points of a gauge over two weeks, a release, with fit and placebos',
        ours: Number(gaugeSeconds.toFixed(2)),
        unit: 'seconds (at most 3)',
      },
      {
        name: 'replay: 8,000 histogram points, 4,000 spans, 45 instances, 6 releases, an hour',
        ours: Number(seconds.toFixed(2)),
        unit: 'seconds (at most 3)',
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function twoWeeksOfAGauge(folder: string): string[] {
  const minutes = 14 * 1_440
  const gauge = join(folder, 'gauge.jsonl')
  const event = join(folder, 'gauge-event.jsonl')
  const values = gaugeValues({ seed: 1, minutes: minutes + 61, season: 8 })
  writeFileSync(gauge, `${gaugeLines({ startMs, values }).join('\n')}\n`)
  const atMs = startMs + minutes * 60_000
  writeFileSync(event, `${deploymentLine({ atMs, version: '2' })}\n`)
  return [gauge, event]
}

function fortyFiveInstances(folder: string): string[] {
  const files: string[] = []
  const write = (name: string, lines: readonly string[]) => {
    const file = join(folder, `${name}.jsonl`)
    writeFileSync(file, `${lines.join('\n')}\n`)
    files.push(file)
  }
  const events: string[] = []
  for (let i = 0; i < 45; i++) {
    const service = `svc${i % 9}`
    const released = i % 9 < 6
    const at = 1_800 + 120 * (i % 9)
    const versions = released
      ? [
          { version: `1-${i}`.slice(0, 1), fromS: 0, toS: at, rps: 10 / 60, errorRate: 0.01 },
          { version: '2', fromS: at, toS: 3_600, rps: 10 / 60, errorRate: 0.01 },
        ]
      : [{ version: '1', fromS: 0, toS: 3_600, rps: 10 / 60, errorRate: 0.01 }]
    const options = { seed: i, startMs, seconds: 3_600, service, versions }
    write(`m${i}`, metricLines({ ...options, everyS: 60, temporality: 'delta' }))
    if (i < 9)
      write(
        `s${i}`,
        spanLines({ ...options, versions: versions.map((v) => ({ ...v, rps: 0.12 })) }),
      )
    if (released && i < 9) {
      events.push(deploymentLine({ atMs: startMs + at * 1000, version: '2', service }))
    }
  }
  write('events', events)
  return files
}

function replay(files: readonly string[]): Promise<number> {
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [join(root, 'src/cli/main.ts'), 'replay', '--verdicts', '--rankings', '--windows', ...files],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => {
      if (code === 0) resolve((performance.now() - began) / 1000)
      else reject(new Error(`replay ended with ${code}`))
    })
  })
}
