/** `culprit simulate`: the seeded simulation, which lies with the tests and so comes with the sources only. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../core/kernel/errors.ts'

export interface SimulateFlags {
  readonly seeds: string
  readonly seed: string
  readonly plant?: string
  readonly json: boolean
}

export async function runSimulate({ seeds, seed, plant, json }: SimulateFlags): Promise<void> {
  const file = fileURLToPath(new URL('../../../test/simulation/main.ts', import.meta.url))
  if (!existsSync(file)) throw new UsageError('simulate: comes with the sources of Culprit only')
  const asked = [
    '--seeds',
    seeds,
    '--seed',
    seed,
    ...(plant === undefined ? [] : ['--plant', plant]),
  ]
  const child = spawn(process.execPath, [file, ...asked, ...(json ? ['--json'] : [])], {
    stdio: 'inherit',
  })
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
