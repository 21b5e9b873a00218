/** A worker thread of `npm run simulate`: runs the seeds that it is given, one after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import type { PlantName } from './plants.ts'
import { SeedRunner } from './run-seed.ts'

const { plant, logs } = workerData as { plant: PlantName | null; logs: boolean }
const runner = new SeedRunner(plant)

parentPort!.on('message', (seed: number) => {
  void (logs ? runner.runWithLogs(seed) : runner.run(seed)).then(
    (result) => parentPort!.postMessage(result),
    (error: unknown) => {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
      const divergences = [{ invariant: 'no-bug', what }]
      parentPort!.postMessage({ seed, divergences, schedule: [] })
    },
  )
})
