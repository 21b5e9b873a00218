import { expect, it } from 'vitest'
import { MemoryLog } from '../../../src/adapters/memory/memory-log.ts'
import { follow } from '../../../src/cli/up/follow.ts'
import { UnreachableError } from '../../../src/core/kernel/errors.ts'
import { overriding } from '../../simulation/overriding.ts'
import { VirtualClock } from '../../simulation/virtual-clock.ts'

async function followed(refusals: number) {
  const clock = new VirtualClock(1_000_000)
  const log = new MemoryLog(clock)
  await log.ensureTopics([{ name: 'told', partitions: 1, retention: { kind: 'compacted' } }])
  let left = refusals
  const flaky = overriding(log, {
    offsets: (topic, partition) =>
      left-- > 0
        ? Promise.reject(new UnreachableError('log: no answer'))
        : log.offsets(topic, partition),
  })
  const seen: string[] = []
  const bugs: unknown[] = []
  const following = await follow(flaky, {
    clock,
    group: 'web',
    topics: ['told'],
    visit: ({ value }) => void seen.push(Buffer.from(value!).toString()),
    failed: (error) => void bugs.push(error),
  })
  const tell = (text: string) =>
    log.append([{ topic: 'told', partition: 0, key: text, headers: {}, value: Buffer.from(text) }])
  return { clock, log, seen, bugs, tell, following }
}

it('asks a log that does not answer again: that is no bug', async () => {
  const { clock, seen, bugs, tell, following } = await followed(3)
  await tell('one')
  await clock.advance(10_000)
  expect(seen).toEqual(['one'])
  expect(bugs).toEqual([])
  const stopped = following.stop()
  await clock.advance(10)
  await stopped
})

it('follows a topic that was made anew from its new beginning', async () => {
  const { clock, log, seen, tell, following } = await followed(0)
  await tell('one')
  await tell('two')
  await clock.advance(10)
  log.makeAnew('told')
  await clock.advance(2_000)
  await tell('three')
  await clock.advance(2_000)
  expect(seen).toEqual(['one', 'two', 'three'])
  const stopped = following.stop()
  await clock.advance(10)
  await stopped
})

it('ends at once while the log does not answer', async () => {
  const { clock, seen, bugs, following } = await followed(Infinity)
  await clock.advance(100)
  const stopped = following.stop()
  await clock.advance(10)
  await stopped
  expect({ seen, bugs }).toEqual({ seen: [], bugs: [] })
})
