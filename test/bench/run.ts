/**
 * `npm run bench`: every benchmark but the soak, one after the other, and the table in `test/bench/README.md`.
 *
 * Ratios within one run are what is compared; absolute figures depend on the machine and on what else it
 * does. Nothing here is part of the tests.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

interface Row {
  readonly name: string
  readonly ours: number
  readonly reference?: number | null
  readonly ratio?: number | null
  readonly unit?: string
}

const suites = [
  { file: './otlp-read.ts', unit: 'spans per CPU-second; reference: protobufjs' },
  { file: './intake-http.ts', unit: 'spans per CPU-second of the process; reference: protobufjs' },
  { file: './filter.ts', unit: 'updates per CPU-second' },
  { file: './longest-tick.ts', unit: 'CPU-seconds' },
  { file: './watched-releases.ts', unit: 'CPU-seconds' },
  { file: './log.ts', unit: 'of them per CPU-second' },
  { file: './kafka-path.ts', unit: 'spans per CPU-second of the consumer process' },
  { file: './series-memory.ts', unit: 'bytes' },
  { file: './replay-speed.ts', unit: 'seconds' },
  { file: './provenance.ts', unit: 'seconds' },
  { file: './start-idle.ts', unit: 'see the name' },
]

/** Half an hour: when it is named. */
const soak = { file: './memory-soak.ts', unit: 'MB' }

const only = process.argv[2]
const rows: Required<Row>[] = []
for (const { file, unit } of only === undefined ? suites : [...suites, soak]) {
  if (only !== undefined && !file.includes(only)) continue
  process.stderr.write(`${file}\n`)
  const module = (await import(file)) as { run(): Promise<readonly Row[]> }
  for (const row of await module.run()) {
    const { name, ours, reference = null, ratio = null } = row
    if (!name || !(ours > 0)) throw new Error(`${file} measured nothing: ${JSON.stringify(row)}`)
    rows.push({ name, ours, reference, ratio, unit: row.unit ?? unit })
    process.stdout.write(`${JSON.stringify(rows.at(-1))}\n`)
  }
}
if (only === undefined) writeTable(rows)

function writeTable(all: readonly Required<Row>[]): void {
  const file = join(import.meta.dirname, 'README.md')
  const number = (value: number | null) =>
    value === null ? '' : value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(value)
  const table = [
    `Node ${process.versions.node}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}.`,
    '',
    '| what | ours | reference | ratio | unit |',
    '| --- | --- | --- | --- | --- |',
    ...all.map(
      ({ name, ours, reference, ratio, unit }) =>
        `| ${name} | ${number(ours)} | ${number(reference)} | ${number(ratio)} | ${unit} |`,
    ),
  ].join('\n')
  const text = readFileSync(file, 'utf8')
  const [head, rest] = text.split('<!-- table -->\n') as [string, string]
  const [, tail] = rest.split('<!-- /table -->\n') as [string, string]
  writeFileSync(file, `${head}<!-- table -->\n${table}\n<!-- /table -->\n${tail}`)
  // Columns as the format check wants them.
  execFileSync('biome', ['format', '--write', file])
}
