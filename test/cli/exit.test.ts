/** A command that fails ends with its exit code, whatever it had opened. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'culprit-exit-'))
afterAll(() => rmSync(folder, { recursive: true }))

const main = join(import.meta.dirname, '../../src/cli/main.ts')

function run(...args: string[]) {
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 20_000,
  })
  return { status, stderr }
}

describe('a command that fails', () => {
  it('ends, though the store was open when the setting was refused', () => {
    const doors = ['http.listen=127.0.0.1:0', 'ingest.otlpListen=127.0.0.1:0']
    const set = ['store.path=refused.db', ...doors, 'ingest.scrub=('].flatMap((each) => [
      '--set',
      each,
    ])

    const { status, stderr } = run('up', ...set)

    expect(status).toBe(2)
    expect(stderr).toBe('culprit: ingest.scrub: expected regular expressions, got (\n')
  })

  it.each(['--services', '--workers'])(
    'refuses to evaluate with %s 0: it would measure nothing',
    (flag) => {
      const { status, stderr } = run('evaluate', 'detection', flag, '0')

      expect(status).toBe(2)
      expect(stderr).toBe(`culprit: ${flag}: a whole number, at least 1, not "0"\n`)
    },
  )

  it('names a repository that is not there, instead of replaying without it', () => {
    const { status, stderr } = run('replay', '--repo', 'nowhere', main)

    expect(status).toBe(2)
    expect(stderr).toBe('culprit: --repo: nowhere is no folder\n')
  })
})
