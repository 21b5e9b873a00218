/** Runs the cells of one service after the other, on the results' way back to the main thread. */
import { parentPort } from 'node:worker_threads'
import { allCells, isHouse, nameOf } from './cells.ts'
import type { Fits } from './fits.ts'
import { runHouse } from './run-house.ts'
import { runService } from './run-service.ts'

export interface Job {
  readonly seed: number
  readonly service: number
  /** Of one family. */
  readonly cells: readonly string[]
}

const byName = new Map(allCells().map((cell) => [nameOf(cell), cell]))

parentPort!.on('message', ({ seed, service, cells }: Job) => {
  const fits = new Map<string, Fits>()
  for (const name of cells) {
    const cell = byName.get(name)!
    const results = isHouse(cell)
      ? runHouse(cell, seed, service)
      : runService(cell, seed, service, fits)
    parentPort!.postMessage({ name, service, results })
  }
  parentPort!.postMessage('done')
})
