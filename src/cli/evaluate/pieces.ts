/**
 * Finished work, one file a service of a cell, so that a run that was stopped goes on where it was and a
 * small run counts for a large one. The folder is named by the seed and a digest of every parameter of the
 * detector: what was measured with other settings is never mixed in.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { judgeDefaults } from '../../core/detection/judge.ts'
import * as parameters from '../../core/detection/parameters.ts'
import { groupWeights } from '../../core/detection/release-weights.ts'
import { type Cell, isHouse, nameOf } from './cells.ts'
import type { ReleaseResult } from './run-service.ts'

/** Raised when the simulator, the rivals or the arithmetic give other results from the same parameters. */
const resultsVersion = 7
/** The same of houses, which the whole product judges: also where gauges, CPU, restarts or counters are judged otherwise. */
const houseVersion = 2

export function parameterDigest(): string {
  const facts = JSON.stringify([resultsVersion, parameters, judgeDefaults, groupWeights])
  return createHash('sha256').update(facts).digest('hex').slice(0, 12)
}

export class Pieces {
  readonly folder: string

  constructor(root: string, seed: number) {
    this.folder = join(root, `seed-${seed}-${parameterDigest()}`)
  }

  has(cell: Cell, service: number): boolean {
    return existsSync(this.#file(cell, service))
  }

  read(cell: Cell, service: number): ReleaseResult[] | null {
    if (!this.has(cell, service)) return null
    return JSON.parse(readFileSync(this.#file(cell, service), 'utf8')) as ReleaseResult[]
  }

  write(cell: Cell, service: number, results: readonly ReleaseResult[]): void {
    const file = this.#file(cell, service)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(`${file}.part`, JSON.stringify(results))
    renameSync(`${file}.part`, file)
  }

  #file(cell: Cell, service: number): string {
    const size = cell.releases.each
    const version = isHouse(cell) ? `-v${houseVersion}` : ''
    const name = `${service}-of-${size}${version}.json`
    return join(this.folder, nameOf(cell).replaceAll('/', '_'), name)
  }
}
