import { describe, expect, it } from 'vitest'
import { UnreachableError } from '../../src/core/kernel/errors.ts'
import { untilDone } from '../../src/engine/publish.ts'
import { VirtualClock } from '../simulation/virtual-clock.ts'

describe('untilDone', () => {
  it('tries again ever more slowly until it works, and tells when it fails and works again', async () => {
    const clock = new VirtualClock()
    const tries: number[] = []
    const told: (string | null)[] = []
    const done = untilDone(
      () => {
        tries.push(clock.monotonic())
        return tries.length < 5
          ? Promise.reject(new UnreachableError('no answer'))
          : Promise.resolve('done')
      },
      {
        clock,
        signal: new AbortController().signal,
        failed: (error) => void told.push(error?.message ?? null),
      },
    )
    await clock.advance(10_000)
    expect(await done).toBe('done')
    expect(tries).toEqual([0, 100, 300, 700, 1_500])
    expect(told).toEqual(['no answer', 'no answer', 'no answer', 'no answer', null])
  })

  it.each([
    { why: 'nobody answers', act: () => new Promise<never>(() => undefined) },
    { why: 'it waits to try again', act: () => Promise.reject(new UnreachableError('no answer')) },
  ])('is abandoned while $why', async ({ act }) => {
    const clock = new VirtualClock()
    const abandon = new AbortController()
    const done = untilDone(act, { clock, signal: abandon.signal, failed: () => undefined })
    await clock.advance(50)
    abandon.abort()
    expect(await done).toBe('abandoned')
  })

  it('lets a bug through at once', async () => {
    const clock = new VirtualClock()
    const { signal } = new AbortController()
    const act = () => Promise.reject(new TypeError('a bug'))
    await expect(untilDone(act, { clock, signal, failed: () => undefined })).rejects.toThrow(
      'a bug',
    )
  })
})
