/** `culprit demo`: ships a bad release in a small real shop and finds it. */
import { resolve } from 'node:path'
import { UsageError } from '../../core/kernel/errors.ts'
import { runStory } from '../demo/demo.ts'
import { stories, type StoryName } from '../demo/stories.ts'
import { teller } from '../demo/tell.ts'
import { writeOut } from '../write-out.ts'

export interface DemoFlags {
  readonly story: StoryName
  readonly keep: boolean
  readonly json: boolean
  readonly record?: string
  readonly url?: string
  readonly workers: number
}

/** As shells say it of a program that Ctrl-C ended. */
const interruptedCode = 130

export async function runDemo(flags: DemoFlags): Promise<void> {
  const story = stories[flags.story]
  if (story === undefined) throw new UsageError(`--story ${flags.story} comes later`)
  if (flags.record !== undefined && flags.url !== undefined) {
    throw new UsageError('--record or --url, not both: a running Culprit records for itself')
  }
  if (!Number.isInteger(flags.workers) || flags.workers < 1 || flags.workers > 16) {
    throw new UsageError('--workers: a whole number from 1 to 16')
  }
  const stopping = onSignal()
  try {
    const result = await runStory(
      {
        story,
        url: flags.url ?? null,
        record: flags.record === undefined ? null : resolve(flags.record),
        workers: flags.workers,
        keep: flags.keep,
        json: flags.json,
        stopped: stopping.stopped,
        onResult: (found) => flags.json && writeOut(`${JSON.stringify(found)}\n`),
      },
      teller(flags.json, () => Date.now()),
    )
    if (result === null) process.exitCode = interruptedCode
    else process.exitCode = result.named === result.planted ? 0 : 1
  } finally {
    stopping.off()
  }
}

function onSignal() {
  let stop: () => void = () => undefined
  const stopped = new Promise<void>((done) => {
    stop = done
  })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.once(signal, stop)
  return {
    stopped,
    off: () => {
      for (const signal of signals) process.off(signal, stop)
    },
  }
}
