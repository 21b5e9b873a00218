/** A range that is not a line of commits, or is not all there: what is known of it, or why it is refused. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { GitRepository } from '../../support/git-repository.ts'
import { freshFolder, freshRepository, lines } from './fresh-repository.ts'
import { ask, read } from './open.ts'

let repository: GitRepository

beforeEach(() => {
  repository = freshRepository()
})

describe('what a range lacks is stated', () => {
  const three = () => {
    const shas: string[] = []
    for (let at = 0; at < 3; at++) {
      repository.write('a.ts', lines(1, at + 1))
      shas.push(repository.commit())
    }
    return shas as [string, string, string]
  }

  it('a rollback removes commits and adds none', async () => {
    const [first, second, third] = three()
    const { delta } = await read(repository.path, `${third}..${first}`)
    expect(delta).toMatchObject({ added: [], removed: [third, second], completeness: 'complete' })
  })

  it('diverged ends have both', async () => {
    const [first, , third] = three()
    repository.git('checkout', '-q', '-b', 'hotfix', first)
    repository.write('b.ts', 'x\n')
    const hotfix = repository.commit()
    const { delta } = await read(repository.path, `${third}..hotfix`)
    expect(delta).toMatchObject({ added: [hotfix], completeness: 'diverged' })
    expect(delta.removed).toHaveLength(2)
  })

  it('a base that was rewritten away is unknown, and nothing is guessed', async () => {
    const [, , third] = three()
    for (const missing of ['0'.repeat(40), 'dead'.repeat(10)]) {
      const { delta, changes } = await read(repository.path, `${missing}..HEAD`)
      expect(delta).toMatchObject({ revision: third, added: [], completeness: 'unknown-base' })
      expect(delta).not.toHaveProperty('previousRevision')
      expect(changes).toEqual([])
    }
  })

  it('a shallow clone tells what it has, and counts no lines of its edge', async () => {
    const [first, second, third] = three()
    const clone = freshFolder('clone')
    repository.git('clone', '-q', '--depth', '2', `file://${repository.path}`, clone)
    const cutOff = await read(clone, `${first}..HEAD`)
    expect(cutOff.delta).toMatchObject({ added: [third, second], completeness: 'shallow' })
    expect(cutOff.changes.map(({ linesAdded }) => linesAdded)).toEqual([1, 0])
    const inside = await read(clone, `${second}..HEAD`)
    expect(inside.delta).toMatchObject({ added: [third], completeness: 'complete' })
  })

  it.each([
    ['nosuch..HEAD', 'unknown-revision'],
    ['HEAD..nosuch', 'unknown-revision'],
    ['--output=evil..HEAD', 'unknown-revision'],
    ['HEAD..--output=evil', 'unknown-revision'],
  ])('%s is refused: %s', async (range, reason) => {
    three()
    expect(await ask(repository.path, range)).toMatchObject({ outcome: 'refused', reason })
  })

  it('a repository without commits and a folder that is none are refused', async () => {
    expect(await ask(repository.path, 'HEAD~1..HEAD')).toMatchObject({ reason: 'unknown-revision' })
    const folder = freshFolder('none')
    expect(await ask(folder, 'a..b')).toMatchObject({ reason: 'no-repository' })
    expect(await ask(join(folder, 'none'), 'a..b')).toMatchObject({ reason: 'no-repository' })
  })

  it('objects that are missing make it unreadable', async () => {
    three()
    repository.write('big.ts', lines(1, 50))
    repository.commit()
    const blob = repository.git('rev-parse', 'HEAD:big.ts').trim()
    rmSync(join(repository.path, '.git/objects', blob.slice(0, 2), blob.slice(2)))
    expect(await ask(repository.path, 'HEAD~1..HEAD')).toMatchObject({ reason: 'unreadable' })
  })
})
