import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeFolder } from '../../../src/cli/up/make-folder.ts'

const root = mkdtempSync(join(tmpdir(), 'culprit-folder-'))
afterAll(() => rmSync(root, { recursive: true }))

describe('a folder for data', () => {
  it('is made with those above it, and may be there already', () => {
    const path = join(root, 'a', 'b', 'c')
    makeFolder(path)
    makeFolder(path)

    expect(existsSync(path)).toBe(true)
  })

  it('is refused at once where a file is in the way', () => {
    writeFileSync(join(root, 'file'), '')

    expect(() => makeFolder(join(root, 'file', 'data'))).toThrow(/EEXIST.*file'/)
    expect(() => makeFolder(join(root, 'file'))).toThrow(/EEXIST/)
  })

  it.runIf(existsSync('/proc/self'))('is refused at once where no folder can be made', () => {
    expect(() => makeFolder('/proc/nope/data')).toThrow(/ENOENT/)
  })
})
