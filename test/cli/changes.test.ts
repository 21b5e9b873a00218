import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Change, ReleaseDelta } from '../../src/contracts/change.ts'
import { originOf } from '../../src/adapters/git/repository-id.ts'
import { GitRepository } from '../support/git-repository.ts'
import { runCulprit } from '../support/run-culprit.ts'

let repository: GitRepository

beforeEach(() => {
  repository = new GitRepository()
  repository.write('a.ts', 'one\n')
  repository.commit()
  repository.write('a.ts', 'one\ntwo\n')
  repository.commit({
    message: 'a: two\u001b[31m\n\nCo-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>',
  })
  repository.write('a.ts', 'one\ntwo\nthree\n')
  repository.commit({ message: 'a: three' })
})

afterEach(() => repository.remove())

const culprit = (...args: string[]) => runCulprit(args, { cwd: repository.path })

describe('culprit changes', () => {
  it('prints the delta and its changes, newest first, by the contract', async () => {
    const { stdout } = await culprit('changes', repository.path, 'HEAD~2..HEAD', '--json')
    const { delta, changes } = JSON.parse(stdout)
    expect(ReleaseDelta.parse(delta).added).toHaveLength(2)
    expect(changes.map((change: unknown) => Change.parse(change).subject)[0]).toBe('a: three')
    const lines = await culprit('changes', repository.path, 'HEAD~2..HEAD', '--format', 'ndjson')
    expect(
      lines.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(changes)
  })

  it('prints a table for people, in which a subject cannot move the cursor', async () => {
    const { stdout } = await culprit('changes', repository.path, 'HEAD~2..HEAD')
    expect(stdout).toContain('ai claude-code 0-1 lines')
    expect(stdout).toContain('2 changes: 1 ai, 1 unknown; history complete')
    expect(stdout).not.toContain('\u001b')
    expect(stdout).not.toContain('human')
  })

  it.each([
    [['changes', '.', 'nosuch..HEAD'], 'unknown revision "nosuch"'],
    [['changes', '.', 'HEAD'], 'expected FROM..TO'],
    [['changes', '/', 'a..b'], 'is no git repository'],
    [
      [
        'deployed',
        '--service',
        'x',
        '--environment',
        'e',
        '--version',
        '1',
        '--share',
        '2',
        '--print',
      ],
      'fraction',
    ],
    [
      [
        'deployed',
        '--service',
        'x',
        '--environment',
        'e',
        '--version',
        '1',
        '--to',
        'HEAD',
        '--print',
      ],
      '--repo',
    ],
  ])('%j is exit 2 with one line: %s', async (args, says) => {
    const { code, stdout, stderr } = await culprit(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(says)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })

  it('deployed prints one line, the same for the same facts, and needs no server', async () => {
    const args = [
      'deployed',
      '--service',
      'checkout',
      '--environment',
      'production',
      '--version',
      '1',
    ]
    const more = ['--repo', '.', '--from', 'HEAD~2', '--at', '2026-11-22T09:00:00Z', '--print']
    const first = await culprit(...args, ...more)
    expect(await culprit(...args, ...more)).toEqual(first)
    expect(first.stdout.trimEnd().split('\n')).toHaveLength(1)
    const { customData } = JSON.parse(first.stdout)
    expect(customData['culprit.manifest'].changes).toHaveLength(2)
    expect(customData['vcs.ref.head.revision']).toBe(repository.git('rev-parse', 'HEAD').trim())
  })
})

describe('who a repository is', () => {
  it.each([
    ['https://user:token@github.com/acme/checkout.git', 'github.com', 'acme', 'checkout'],
    ['git@github.com:acme/checkout.git', 'github.com', 'acme', 'checkout'],
    ['ssh://git@git.corp.com:2222/group/sub/checkout', 'git.corp.com', 'group/sub', 'checkout'],
    ['/srv/git/checkout.git', '', '', 'folder'],
    ['file:///srv/git/checkout.git', '', '', 'folder'],
    ['', '', '', 'folder'],
  ])('is read from %j, without its credentials', (address, host, owner, name) => {
    const origin = originOf(address, '/home/dana/folder/.git')
    expect(origin).toMatchObject({ host, owner, name })
    expect(JSON.stringify(origin)).not.toMatch(/token|user/)
  })
})
