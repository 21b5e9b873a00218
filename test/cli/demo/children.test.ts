import { describe, expect, it } from 'vitest'
import { Children } from '../../../src/cli/demo/children.ts'

const program = (code: string) => ({
  name: 'test',
  folder: import.meta.dirname,
  args: ['--eval', code],
  env: process.env,
})
const listens = `console.log('test listening on http://127.0.0.1:1 pid', process.pid);setInterval(() => {}, 1000)`

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('children', () => {
  it('are started when they say where they listen, and stopped when asked', async () => {
    const children = new Children()
    const started = await children.start(program(listens))
    expect(started.url).toBe('http://127.0.0.1:1')
    await started.stop()
    await children.stop()
  })

  it('that do not heed a request to stop are ended all the same', async () => {
    const children = new Children()
    const output = await children.run(program(`console.log(process.pid)`))
    expect(isAlive(Number(output))).toBe(false)
    await children.start(program(`process.on('SIGTERM', () => {});${listens}`))
    await children.stop()
  })

  it('that fail to start are told with what they said', async () => {
    const children = new Children()
    const failing = children.start(program(`console.error('no such bean');process.exit(3)`))
    await expect(failing).rejects.toThrow(/test ended.*no such bean/s)
    await expect(children.run(program(`throw new Error('late')`))).rejects.toThrow(/late/)
    await children.stop()
  })

  it('are not started any more once all were stopped', async () => {
    const children = new Children()
    await children.stop()
    await expect(children.start(program(listens))).rejects.toThrow(/at its end/)
    await expect(children.run(program(''))).rejects.toThrow(/at its end/)
  })
})
