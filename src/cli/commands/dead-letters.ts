/**
 * `culprit dead-letters list|show|retry`: what was put aside and why, the original bytes, and sending one
 * again when what was wrong has been mended. Exit 1 for a letter that is not there.
 *
 * Reads the log itself: Kafka, or the embedded file while no process has it open. Only Kafka has input
 * topics to send to; beside an embedded log the bytes are posted again by whoever has them.
 */
import { formatInstant } from '../../core/kernel/instant.ts'
import { UsageError } from '../../core/kernel/errors.ts'
import { topicNames } from '../../processors/topics.ts'
import type { Config } from '../../config/settings.ts'
import type { EventLog } from '../../ports/event-log.ts'
import { systemClock } from '../../engine/system-clock.ts'
import { print, printJson, table } from '../client/text.ts'
import { configure } from '../configure.ts'
import { findLetter, type Letter, newestLetters, sentAgain } from './letters.ts'
import { allSpecs, openLog } from './set-up.ts'

export interface LettersFlags {
  readonly config?: string
  readonly set: readonly string[]
  readonly json: boolean
  readonly limit?: number
}

export async function runList(flags: LettersFlags): Promise<void> {
  await withLog(flags, async (log, { kafka }) => {
    const topic = topicNames(kafka.topicPrefix).deadLetters
    const letters = await newestLetters(log, topic, flags.limit ?? 50)
    if (flags.json) return printJson(letters.map((letter) => plain(letter)))
    table(
      ['id', 'at', 'reason', 'from', 'bytes'],
      letters.map(({ id, atMs, reason, from, value }) => [
        id,
        formatInstant(atMs),
        reason,
        from,
        String(value.length),
      ]),
    )
  })
}

export async function runShow(id: string, flags: LettersFlags): Promise<void> {
  await withLog(flags, async (log, config) => {
    const letter = await letterNamed(log, config, id)
    if (letter === null) return
    const text = textOf(letter.value)
    const base64 = Buffer.from(letter.value).toString('base64')
    if (flags.json) {
      return printJson([{ ...plain(letter), ...(text === null ? { base64 } : { text }) }])
    }
    for (const [name, value] of Object.entries(letter.headers)) print(`${name}: ${value}`)
    print()
    print(text ?? base64)
  })
}

export async function runRetry(id: string, flags: LettersFlags): Promise<void> {
  await withLog(flags, async (log, config) => {
    if (config.kafka.brokers.length === 0) {
      throw new UsageError('the embedded log has no input topics: post the bytes again to the door')
    }
    const letter = await letterNamed(log, config, id)
    if (letter === null) return
    const topics = topicNames(config.kafka.topicPrefix)
    const record = sentAgain(letter, topics, (topic) => log.partitionCount(topic))
    if (record === null) throw new UsageError(`nothing reads ${letter.from} again`)
    await log.append([record])
    if (flags.json) printJson([{ id, topic: record.topic }])
    else print(`${id} was sent to ${record.topic} again`)
  })
}

async function letterNamed(log: EventLog, { kafka }: Config, id: string): Promise<Letter | null> {
  if (!/^\d+@\d+$/.test(id)) throw new UsageError('a letter is named as the list does: 0@17')
  const letter = await findLetter(log, topicNames(kafka.topicPrefix).deadLetters, id)
  if (letter !== null) return letter
  process.stderr.write(`culprit: no dead letter ${id}\n`)
  process.exitCode = 1
  return null
}

async function withLog(
  flags: LettersFlags,
  act: (log: EventLog, config: Config) => Promise<void>,
): Promise<void> {
  const { config } = configure(flags)
  const onKafka = config.kafka.brokers.length > 0
  const opened = onKafka ? { log: await openLog(config) } : await openFile(config)
  const close = () => ('close' in opened ? opened.close() : opened.log.close())
  try {
    const specs = allSpecs(config).filter(({ foreign }) => onKafka || foreign !== true)
    const partitions = (count: number) => (onKafka ? count : 1)
    await opened.log.ensureTopics(
      specs.map((spec) => ({ ...spec, partitions: partitions(spec.partitions) })),
    )
    await act(opened.log, config)
  } finally {
    await close()
  }
}

async function openFile({ store }: Config) {
  const { openEmbedded } = await import('../../adapters/embedded/open-embedded.ts')
  return openEmbedded({ path: store.path, clock: systemClock, bytesMax: store.retentionBytes })
}

function plain({ id, atMs, reason, from, key, value }: Letter) {
  return { id, at: formatInstant(atMs), reason, from, key, bytes: value.length }
}

/** null for bytes that are no text: protobuf. */
function textOf(value: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value)
  } catch {
    return null
  }
}
