/**
 * `npm run -s simulate -- --seeds N [--seed S] [--plant NAME] [--logs] [--json]`: runs seeds S to S + N - 1 on
 * all cores, with `--logs` on feeds that have the logs of their errors too. A seed with a divergence prints its schedule, in the order of the seeds: the same bytes each time.
 * Exit 0 where everything held, 1 with any divergence, 2 on wrong usage.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { type PlantName, plantNames } from './plants.ts'
import type { SeedResult } from './run-seed.ts'

const progressEvery = 100
/** Of each seed that diverges so many are shown, cut to so many characters. */
const shownMax = 5
const shownCharacters = 600

interface Asked {
  readonly seeds: number
  readonly seed: number
  readonly plant: PlantName | null
  readonly logs: boolean
  readonly json: boolean
}

const asked = ask()
if (typeof asked === 'string') {
  process.stderr.write(`simulate: ${asked}\n`)
  process.exitCode = 2
} else process.exitCode = await run(asked)

function ask(): Asked | string {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string' },
        seed: { type: 'string', default: '1' },
        plant: { type: 'string' },
        logs: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const seeds = Number(values.seeds)
    const seed = Number(values.seed)
    if (!Number.isSafeInteger(seeds) || seeds < 1) return '--seeds: a whole number from 1'
    if (!Number.isSafeInteger(seed) || seed < 1) return '--seed: a whole number from 1'
    const plant = plantNames.find((name) => name === values.plant) ?? null
    if (values.plant !== undefined && plant === null) {
      return `--plant: one of ${plantNames.join(', ')}`
    }
    return { seeds, seed, plant, logs: values.logs, json: values.json }
  } catch (error) {
    return (error as Error).message
  }
}

async function run({ seeds, seed: first, plant, logs, json }: Asked): Promise<number> {
  const startedMs = performance.now()
  const results = new Map<number, SeedResult>()
  const divergences: { seed: number; invariant: string }[] = []
  let printed = first
  const printDue = () => {
    for (let result = results.get(printed); result; result = results.get(++printed)) {
      results.delete(printed)
      const broken = new Set(result.divergences.map(({ invariant }) => invariant))
      for (const invariant of broken) divergences.push({ seed: result.seed, invariant })
      if (broken.size > 0) show(result, { plant, logs }, json ? process.stderr : process.stdout)
    }
  }
  let [next, done] = [first, 0]
  const drive = async () => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { plant, logs },
    })
    while (next < first + seeds) {
      const result = await answer(worker, next++)
      results.set(result.seed, result)
      printDue()
      if (++done % progressEvery === 0) {
        const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0)
        process.stderr.write(`${done} of ${seeds} seeds, ${seconds} s\n`)
      }
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: Math.min(seeds, availableParallelism()) }, drive))
  const line = json
    ? JSON.stringify({ type: 'simulation', seeds, divergences })
    : `${seeds} seeds, ${new Set(divergences.map(({ seed }) => seed)).size} with divergences`
  process.stdout.write(`${line}\n`)
  return divergences.length === 0 ? 0 : 1
}

function answer(worker: Worker, seed: number): Promise<SeedResult> {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners()
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.postMessage(seed)
  })
}

function show(
  result: SeedResult,
  { plant, logs }: Pick<Asked, 'plant' | 'logs'>,
  to: NodeJS.WriteStream,
): void {
  const { seed, divergences, schedule } = result
  const again = `npm run -s simulate -- --seeds 1 --seed ${seed}${plant === null ? '' : ` --plant ${plant}`}${logs ? ' --logs' : ''}`
  const lines = [
    `seed ${seed} diverges (${again})`,
    ...schedule.map((line) => `  ${line}`),
    ...divergences
      .slice(0, shownMax)
      .map(({ invariant, what }) => `  ${invariant}: ${what.slice(0, shownCharacters)}`),
    ...(divergences.length > shownMax ? [`  and ${divergences.length - shownMax} more`] : []),
  ]
  to.write(`${lines.join('\n')}\n`)
}
