import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { missingOf } from '../../support/services/service.ts'
import { follow, newName, newTopic, numbered, type OpenedLog, openLog, until } from './open-log.ts'

const { kafka } = inject('services')
const missing = missingOf(kafka)
const program = join(import.meta.dirname, 'member-process.ts')

describe.skipIf(missing !== null)(`members${missing === null ? '' : `: ${missing}`}`, () => {
  const brokers = 'missing' in kafka ? [] : kafka.brokers
  const children: ChildProcess[] = []
  let opened: OpenedLog
  beforeAll(async () => {
    opened = await openLog(brokers)
  })
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    await opened.log.close()
  })

  function startMember(topic: string, group: string) {
    const child = spawn(process.execPath, [program, brokers.join(','), topic, group], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    let owned: number[] = []
    createInterface({ input: child.stdout }).on('line', (line) => {
      owned = JSON.parse(line) as number[]
    })
    return { owned: () => owned, signal: (name: NodeJS.Signals) => child.kill(name) }
  }

  /** One member here and one in another process, with two partitions each. */
  async function twoMembers() {
    const topic = await newTopic(opened.log, 4)
    const group = newName('group')
    const here = await follow(opened.log, topic, group)
    await until(() => here.owned().length === 4, 'all partitions here')
    const there = startMember(topic, group)
    await until(() => here.owned().length === 2 && there.owned().length === 2, 'two each')
    return { topic, here, there }
  }

  it('hand over when one is killed', async () => {
    const { topic, here, there } = await twoMembers()
    there.signal('SIGKILL')
    await until(() => here.owned().length === 4, 'the partitions of the dead')
    await opened.log.append([0, 1, 2, 3].map((each) => numbered(topic, each, each)))
    await until(() => here.records.length >= 4, 'records of all partitions')
    expect(here.failures).toEqual([])
    await here.leave()
  })

  it('hand over when one stands still, and share again when it wakes', async () => {
    const { topic, here, there } = await twoMembers()
    const kept = here.owned()
    there.signal('SIGSTOP')
    await until(() => here.owned().length === 4, 'the partitions of the sleeper')
    await opened.log.append([0, 1, 2, 3].map((each) => numbered(topic, each, each)))
    await until(() => here.records.length >= 4, 'records of all partitions')
    there.signal('SIGCONT')
    await until(
      () => here.owned().length === 2 && there.owned().length === 2,
      'two each after it woke',
    )
    expect(new Set([...here.owned(), ...there.owned()])).toEqual(new Set([0, 1, 2, 3]))
    expect(here.failures).toEqual([])
    expect(kept).toHaveLength(2)
    await here.leave()
    await until(() => there.owned().length === 4, 'all partitions there')
  })
})
