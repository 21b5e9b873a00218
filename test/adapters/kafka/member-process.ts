/** A member in a process of its own, for tests that stop and kill it. Prints what it owns at each change. */
import { follow, openLog } from './open-log.ts'

const [brokers, topic, group] = process.argv.slice(2) as [string, string, string]
const { log } = await openLog(brokers.split(','))
const spec = { name: topic, partitions: 0, retention: { kind: 'forever' }, foreign: true } as const
await log.ensureTopics([spec])
const { owned } = await follow(log, topic, group)
let before = ''
setInterval(() => {
  const now = JSON.stringify(owned())
  if (now !== before) process.stdout.write(`${now}\n`)
  before = now
}, 20)
