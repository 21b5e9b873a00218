/**
 * `culprit topics check|create`: whether every topic is there and as it must be (exit 1 if not), or makes
 * what is missing. The embedded log makes its own. `reset` lies beside it.
 */
import { UnreachableError } from '../../core/kernel/errors.ts'
import { print, printJson } from '../client/text.ts'
import { configure } from '../configure.ts'
import { allSpecs, openLog } from './set-up.ts'
import { topicFindings } from './set-up-findings.ts'
import { printFindings } from './print-findings.ts'

export interface TopicsFlags {
  readonly config?: string
  readonly set: readonly string[]
  readonly json: boolean
}

export async function runTopics(action: 'check' | 'create', flags: TopicsFlags): Promise<void> {
  const { config } = configure(flags)
  if (config.kafka.brokers.length === 0) {
    const what = `the log is embedded in ${config.store.path}, which makes its own topics`
    return printFindings([{ level: 'ok', what, mend: '' }], flags.json)
  }
  const specs = allSpecs(config)
  const log = await openLog(config)
  try {
    if (action === 'create') await log.ensureTopics(specs)
    const found = await log.inspect(specs.map(({ name }) => name))
    if (!found.reachable) throw new UnreachableError(`Kafka: ${found.why}`)
    const findings = topicFindings(found, specs)
    if (flags.json) printJson(found.topics)
    else {
      for (const { name, partitions, replicas, cleanupPolicy, retentionMs } of found.topics) {
        const kept = cleanupPolicy === 'delete' ? `kept ${retentionMs} ms` : cleanupPolicy
        const facts =
          partitions === null ? 'missing' : `${partitions} partitions, ${replicas} replicas`
        print(
          `${name.padEnd(28)} ${facts}${partitions === null || kept === null ? '' : `, ${kept}`}`,
        )
      }
    }
    const bad = findings.filter(({ level }) => level !== 'ok')
    if (!flags.json) printFindings(bad, false)
    if (bad.some(({ level }) => level === 'fault')) process.exitCode = 1
  } finally {
    await log.close()
  }
}
