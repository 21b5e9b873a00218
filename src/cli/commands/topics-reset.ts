/**
 * `culprit topics reset TOPIC [--force]`: the topic was deleted and made again, so what reads it begins at its
 * first offset. Exit 1 when nothing was done: no unit stands beyond the end, or ingest runs.
 */
import type { Config } from '../../config/settings.ts'
import { ConfigError, UsageError } from '../../core/kernel/errors.ts'
import { type ResetAnswer, resetTopic, type UnitReset } from '../../engine/reset-topic.ts'
import { systemClock } from '../../engine/system-clock.ts'
import { print, printJson } from '../client/text.ts'
import { configure } from '../configure.ts'
import { inputsOf, readerOf } from './readers.ts'
import { openLog, openStore } from './set-up.ts'
import type { TopicsFlags } from './topics.ts'

export interface ResetFlags extends TopicsFlags {
  readonly force: boolean
}

export async function runReset(topic: string, flags: ResetFlags): Promise<void> {
  const { config } = configure(flags)
  if (config.kafka.brokers.length === 0) {
    const expected =
      'brokers: the embedded log makes its topics once, together with what reads them'
    throw new ConfigError('kafka.brokers', expected)
  }
  const answer = await reset(topic, { config, force: flags.force })
  if (flags.json) printJson(answer.units)
  else for (const unit of answer.units) print(said(unit))
  const word = { topic, force: flags.force }
  process.stderr.write(`${conclusion(answer, word)}\n`)
  if (answer.status !== 'reset') process.exitCode = 1
}

async function reset(
  topic: string,
  { config, force }: { readonly config: Config; readonly force: boolean },
): Promise<ResetAnswer> {
  const processor = readerOf(config, topic)
  if (processor === null) {
    throw new UsageError(`${topic} is read by no unit: one of ${inputsOf(config).join(', ')}`)
  }
  const log = await openLog(config)
  try {
    const [found] = (await log.inspect([topic])).topics
    const partitions = found?.partitions ?? null
    if (partitions === null) {
      throw new UsageError(`${topic} does not exist: \`culprit topics create\` makes it`)
    }
    const retention = { kind: 'forever' } as const
    await log.ensureTopics([{ name: topic, partitions, retention, foreign: true }])
    const opened = processor.name === 'ingest' ? null : await openStore(config)
    const store = opened?.store ?? null
    try {
      const groupPrefix = config.kafka.topicPrefix
      const clock = systemClock
      return await resetTopic({ log, store, clock, groupPrefix, processor, topic, force })
    } finally {
      await opened?.close()
    }
  } finally {
    await log.close()
  }
}

function said({ unit, next, end, act }: UnitReset): string {
  const stood = next === null ? 'has never read' : `stood at ${next} of ${end}`
  return `${unit.padEnd(28)} ${stood}${act === 'restarted' ? ', begins anew' : ''}`
}

function conclusion(
  { status }: ResetAnswer,
  { topic, force }: { readonly topic: string; readonly force: boolean },
): string {
  switch (status) {
    case 'reset':
      return force
        ? `${topic} is read from its beginning, wherever its units stood`
        : `${topic} is read from its beginning; running units notice within 5 s`
    case 'busy':
      return `${topic} is read by members of ingest: stop every process of that role first`
    case 'current':
      return (
        `no unit stands beyond the end of ${topic}, so it seems to be the one that they know; ` +
        'if it was made anew and has outgrown them since, --force restarts them all'
      )
  }
}
