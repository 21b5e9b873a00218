/** Runs what is missing of some cells, on all cores, telling how far it is. */
import { cpus } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type Cell, familyOf, nameOf } from './cells.ts'
import type { Pieces } from './pieces.ts'
import type { ReleaseResult } from './run-service.ts'
import type { Job } from './worker.ts'

export interface RunOptions {
  readonly seed: number
  /** At most so many services of each cell. */
  readonly services: number
  readonly workers?: number
  readonly tell: (text: string) => void
}

type Answer =
  | 'done'
  | { readonly name: string; readonly service: number; readonly results: ReleaseResult[] }

export async function runCells(
  cells: readonly Cell[],
  pieces: Pieces,
  { seed, services, workers = cpus().length, tell }: RunOptions,
): Promise<void> {
  const jobs = jobsOf(cells, pieces, seed, services)
  const total = jobs.reduce((sum, job) => sum + job.cells.length, 0)
  const byName = new Map(cells.map((cell) => [nameOf(cell), cell]))
  let done = 0
  const note = ({ name, service, results }: Exclude<Answer, 'done'>) => {
    pieces.write(byName.get(name)!, service, results)
    done++
    tell(`${done} of ${total}  ${name}, service ${service}`)
  }
  const count = Math.min(workers, jobs.length)
  await Promise.all(Array.from({ length: count }, () => work(jobs, note)))
}

function jobsOf(cells: readonly Cell[], pieces: Pieces, seed: number, services: number): Job[] {
  const jobs = new Map<string, { seed: number; service: number; cells: string[] }>()
  for (const cell of cells) {
    for (let service = 0; service < Math.min(services, cell.releases.services); service++) {
      if (pieces.has(cell, service)) continue
      const key = `${familyOf(cell)} ${service}`
      const job = jobs.get(key) ?? { seed, service, cells: [] }
      job.cells.push(nameOf(cell))
      jobs.set(key, job)
    }
  }
  return [...jobs.values()]
}

function work(jobs: Job[], note: (answer: Exclude<Answer, 'done'>) => void): Promise<void> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url))
  return new Promise((resolve, reject) => {
    const next = () => {
      const job = jobs.shift()
      if (job) worker.postMessage(job)
      else void worker.terminate().then(() => resolve())
    }
    worker.on('message', (answer: Answer) => {
      if (answer === 'done') next()
      else note(answer)
    })
    worker.on('error', reject)
    next()
  })
}
