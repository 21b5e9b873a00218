/**
 * `npm run bench:evaluation`: runs what is missing of the evaluation of the detector and writes
 * `test/bench/evaluation/` (JSON, plots) and the accuracy table of the README. Arguments are passed on:
 * `--no-run` only writes, `--services 5` is a quick look, `--cells GLOB` some cells.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accuracyTable, withTable } from './evaluation-table.ts'

const root = join(import.meta.dirname, '../..')
const out = join(import.meta.dirname, 'evaluation')
const command = ['src/cli/main.ts', 'evaluate', 'detection', '--out', out, ...process.argv.slice(2)]
execFileSync(process.execPath, command, { cwd: root, stdio: 'inherit' })

const readme = join(root, 'README.md')
const evaluation = readFileSync(join(out, 'evaluation.json'), 'utf8')
writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), accuracyTable(evaluation)))
// As the format check wants them.
execFileSync('biome', ['format', '--write', out, readme], { cwd: root })
