/** What a start leaves for the next one, and where. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const main = join(import.meta.dirname, '../../src/cli/main.ts')
const folder = mkdtempSync(join(tmpdir(), 'culprit-cache-'))
afterAll(() => rmSync(folder, { recursive: true }))

const start = (env: Record<string, string>) =>
  spawnSync(process.execPath, [main, '--version'], { env, encoding: 'utf8', timeout: 30_000 })

it('what is compiled is kept in the cache folder of the user', () => {
  expect(start({ HOME: folder, TMPDIR: folder }).status).toBe(0)
  expect(existsSync(join(folder, '.cache/culprit'))).toBe(true)
  expect(existsSync(join(folder, 'node-compile-cache'))).toBe(false)

  const cache = join(folder, 'told')
  expect(start({ HOME: folder, XDG_CACHE_HOME: cache }).status).toBe(0)
  expect(existsSync(join(cache, 'culprit'))).toBe(true)
})

const link = join(folder, 'link')
mkdirSync(join(link, '.cache'), { recursive: true })
symlinkSync(join(folder, 'nowhere'), join(link, '.cache/culprit'))

it.each(['', '/proc', '/dev/null', join(folder, 'not/there'), link])(
  'none is needed (%s)',
  (home) => {
    const { status, stderr } = start({ HOME: home })

    expect(stderr).toBe('')
    expect(status).toBe(0)
  },
)

it('nothing is kept, nor run, where others may write', () => {
  const home = join(folder, 'shared')
  const kept = join(home, '.cache/culprit')
  mkdirSync(kept, { recursive: true })
  chmodSync(kept, 0o777)

  expect(start({ HOME: home }).status).toBe(0)
  expect(readdirSync(kept)).toEqual([])

  chmodSync(kept, 0o755)
  expect(start({ HOME: home }).status).toBe(0)
  expect(readdirSync(kept)).not.toEqual([])
})
