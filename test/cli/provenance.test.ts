import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Change } from '../../src/contracts/change.ts'
import { ProvenanceSummary } from '../../src/contracts/provenance-summary.ts'
import { GitRepository } from '../support/git-repository.ts'
import { runCulprit } from '../support/run-culprit.ts'

let repository: GitRepository

beforeEach(() => {
  repository = new GitRepository()
})

afterEach(() => repository.remove())

const provenance = (...args: string[]) =>
  runCulprit(['provenance', repository.path, ...args], { cwd: repository.path })

const day = 24 * 60

function history(): string[] {
  repository.write('a.ts', 'one\n')
  const first = repository.commit({ message: 'a: one' })
  repository.write('a.ts', 'one\ntwo\nthree\n')
  const second = repository.commit({
    message: 'a: two <b>\u001b[31m\n\nCo-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>',
    minute: 10 * day,
  })
  repository.note(second, 'a.ts\n  ai_agent 3\n---\n{}')
  repository.write('b.ts', 'one\n')
  const third = repository.commit({ message: 'b: one', minute: 11 * day })
  return [first, second, third]
}

describe('culprit provenance', () => {
  it('says who and what wrote the history, with the caveat', async () => {
    const [, , third] = history()
    const { stdout } = await provenance('--json')
    const summary = ProvenanceSummary.parse(JSON.parse(stdout))
    expect(summary).toMatchObject({
      revision: third,
      completeness: 'complete',
      changes: 3,
      states: { ai: 1, unknown: 2 },
      lines: { added: 4, ai: [1, 2], human: 0 },
      agents: [
        { tool: 'claude-code', model: 'anthropic/claude-opus-4-6', changes: 1 },
        { tool: 'unknown', changes: 1 },
      ],
    })
    const table = await provenance()
    expect(table.stdout).toMatch(/^all +3 +33\.3 % +66\.7 % +4 +1-2$/m)
    expect(table.stdout).toContain('never that a person wrote it')
  })

  it('of the time since a date alone', async () => {
    history()
    const { stdout } = await provenance('--json', '--since', '2026-06-20')
    expect(JSON.parse(stdout)).toMatchObject({ changes: 2, since: '2026-06-20T00:00:00.000Z' })
    const late = await provenance('--json', '--since', '2030-01-01')
    expect(JSON.parse(late.stdout)).toMatchObject({ changes: 0, completeness: 'complete' })
  })

  it('of the time since a date, also behind a commit whose clock was wrong', async () => {
    history()
    repository.write('c.ts', 'one\n')
    repository.commit({ message: 'c', minute: -10_000 * day })
    repository.write('c.ts', 'two\n')
    repository.commit({ message: 'c again', minute: 12 * day })
    const { stdout } = await provenance('--json', '--since', '2026-06-20')
    expect(JSON.parse(stdout)).toMatchObject({ changes: 3 })
    const nonsense = await provenance('--since', '2026-02-30')
    expect(nonsense.code).toBe(2)
  })

  it('from the folder in which it was typed, where npm starts it in another', async () => {
    history()
    const { stdout } = await runCulprit(['provenance', '.', '--json'], {
      cwd: import.meta.dirname,
      env: { npm_lifecycle_event: 'culprit', INIT_CWD: repository.path },
    })
    expect(JSON.parse(stdout)).toMatchObject({ changes: 3 })
  })

  it('as a picture has a bar for each state of a period, and no text of the history unescaped', async () => {
    history()
    const { stdout } = await provenance('--format', 'svg')
    expect(stdout).toMatch(/^<svg xmlns/)
    expect(stdout).toContain('<title>2026-06-15: 1 of 2 AI</title>')
    expect(stdout.match(/<rect [^>]*fill="#5b3fd6"><title>/g)).toHaveLength(1)
  })

  it('explains one commit: which rule said what about which line', async () => {
    const [first, second] = history()
    const { stdout } = await provenance('--explain', second!.slice(0, 9))
    expect(stdout).toMatch(/^\[0\] +N3 +0\.85 .*refs\/notes\/ai:[0-9a-f]{40}/m)
    expect(stdout).toMatch(/^\[1\] +X1 +0\.95 .*message:L3/m)
    expect(stdout).toMatch(/^a\.ts +3 +ai +\[0\] N3$/m)
    expect(stdout).toContain('of 2 added lines: 1 to 2 by AI, 0 attested human, 1 without a record')
    expect(stdout).not.toContain('\u001b')
    const json = await provenance('--explain', first!, '--json')
    expect(Change.parse(JSON.parse(json.stdout))).toMatchObject({ sha: first, linesAdded: 1 })
  })

  it('explains a commit by the merge that brought it', async () => {
    history()
    repository.git('checkout', '-q', '-b', 'side')
    repository.write('c.ts', 'one\n')
    const side = repository.commit({ message: 'c' })
    repository.git('checkout', '-q', 'main')
    const message = 'Merge pull request #3 from dana/claude/c'
    repository.seal(['merge', '-q', '--no-ff', '-m', message, 'side'])
    const { stdout } = await provenance('--explain', side)
    expect(stdout).toMatch(/P2 +0\.70/)
  })

  it('of a repository without commits, or of none, is a clear error', async () => {
    const empty = await provenance()
    expect(empty).toMatchObject({ code: 2, stdout: '' })
    expect(empty.stderr).toContain('unknown revision "HEAD"')
    const nothing = await provenance('--explain', 'HEAD')
    expect(nothing.code).toBe(2)
  })
})
