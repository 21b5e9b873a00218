/**
 * What a consumer costs at least: a bare kafkajs `eachBatch` that does nothing (`bare`), or one that reads and
 * folds each record and throws the result away (`fold`). Prints CPU-seconds from the first record to the
 * last. Arguments: mode, brokers, topic, number of records.
 */
import kafkajs from 'kafkajs'
import { registerCodecs } from '../../../src/adapters/kafka/codecs.ts'
import { foldOtlp } from '../../../src/core/rollup/fold/fold.ts'
import { foldDefaults } from '../../../src/core/rollup/fold/settings.ts'

const [mode, brokers, topic, count] = process.argv.slice(2) as [string, string, string, string]
registerCodecs()
const client = new kafkajs.Kafka({
  brokers: brokers.split(','),
  logLevel: kafkajs.logLevel.NOTHING,
})
const consumer = client.consumer({ groupId: `bench-${mode}-${process.pid}`, maxWaitTimeInMs: 300 })
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
let [seen, spans] = [0, 0]
let before: NodeJS.CpuUsage | null = null
await consumer.run({
  autoCommit: false,
  eachBatch: ({ batch }) => {
    before ??= process.cpuUsage()
    seen += batch.messages.length
    if (mode === 'fold') {
      for (const { value, timestamp } of batch.messages) {
        const arrivedMs = Number(timestamp)
        const folded = foldOtlp({
          signal: 'traces',
          bytes: value!,
          arrivedMs,
          settings: foldDefaults,
        })
        if (folded.ok) spans += folded.counts.spans.accepted
      }
    }
    if (seen >= Number(count)) {
      const { user, system } = process.cpuUsage(before)
      process.stdout.write(`${JSON.stringify({ seconds: (user + system) / 1e6, spans })}\n`)
      process.exit(0)
    }
    return Promise.resolve()
  },
})
