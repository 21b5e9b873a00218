/** A worker thread of `npm run simulate`: runs the seeds that it is given, one after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import type { PlantName } from './plants.ts'
import { SeedRunner } from './run-seed.ts'

const runner = new SeedRunner((workerData as { plant: PlantName | null }).plant)

parentPort!.on('message', (seed: number) => {
  void runner.run(seed).then(
    (result) => parentPort!.postMessage(result),
    (error: unknown) => {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
      const divergences = [{ invariant: 'no-bug', what }]
      parentPort!.postMessage({ seed, divergences, schedule: [] })
    },
  )
})
