import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { GitRepository } from '../../support/git-repository.ts'
import { seededRandom } from '../../support/random.ts'
import { freshRepository, lines } from './fresh-repository.ts'
import { read } from './open.ts'

let repository: GitRepository

beforeEach(() => {
  repository = freshRepository()
})

const claude = 'Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>'
const session = (id: string, tool: string) =>
  JSON.stringify({
    schema_version: 'authorship/3.0.0',
    git_ai_version: '1.6.0',
    sessions: { [id]: { agent_id: { tool, id: 'x', model: 'gpt-5' } } },
  })

/** A request of two commits, one with a note, one with a trailer, merged as one with nothing but its title. */
function squashed(ref: string, message = 'cart: limits (#12)', onMain = ''): string {
  repository.write('a.ts', lines(1, 10))
  repository.commit({ message: 'base' })
  repository.git('checkout', '-q', '-b', 'side')
  repository.write('a.ts', `${lines(1, 10)}one\ntwo\nthree\n`)
  const first = repository.commit({ message: 'one' })
  repository.note(
    first,
    `a.ts\n  s_1f3ce0f8ee20e2::t_9f8e7d6c5b4a32 11-12\n---\n${session('s_1f3ce0f8ee20e2', 'cursor')}`,
  )
  repository.write('a.ts', `${lines(1, 10)}one\n2\nthree\nfour\n`)
  const second = repository.commit({ message: `two\n\n${claude}` })
  repository.git('update-ref', ref, second)
  repository.git('checkout', '-q', 'main')
  if (onMain !== '') {
    repository.write('a.ts', `${onMain}${lines(1, 10)}`)
    repository.commit({ message: 'elsewhere' })
  }
  repository.git('merge', '--squash', '-q', 'side')
  repository.git('branch', '-qD', 'side')
  return repository.commit({ message })
}

describe('a squash whose request is at hand', () => {
  it.each([
    'refs/pull/12/head',
    'refs/merge-requests/12/head',
    'refs/remotes/origin/pr/12',
    'refs/remotes/origin/pull/12/head',
  ])('under %s has the lines of its notes and the marks of its commits', async (ref) => {
    const sha = squashed(ref)
    const { changes } = await read(repository.path, 'HEAD~1..HEAD')
    expect(changes[0]).toMatchObject({
      sha,
      kind: 'squash',
      squashOf: [expect.any(String), expect.any(String)],
      linesAdded: 4,
    })
    expect(changes[0]!.provenance).toMatchObject({
      state: 'ai',
      lines: { ai: [1, 4], human: 0, unknown: 3 },
      spans: [{ path: 'a.ts', start: 11, end: 11, by: 'ai', session: 0 }],
      evidence: [
        { rule: 'N1', scope: 'line' },
        { rule: 'X1', scope: 'section', flags: ['squash'] },
      ],
    })
    expect(changes[0]!.provenance.agents.map(({ tool }) => tool)).toEqual(['cursor', 'claude-code'])
  })

  it('has its lines where the base had moved on', async () => {
    squashed('refs/pull/12/head', 'cart: limits (#12)', 'top\ntop 2\n')
    const { changes } = await read(repository.path, 'HEAD~1..HEAD')
    expect(changes[0]!.provenance.spans).toMatchObject([{ start: 13, end: 13 }])
  })

  it('by the commits that git lists in its message', async () => {
    repository.write('a.ts', lines(1, 3))
    repository.commit()
    repository.git('checkout', '-q', '-b', 'side')
    repository.write('a.ts', lines(1, 6))
    const one = repository.commit({ message: 'one' })
    repository.note(one, 'a.ts\n  ai_agent 4-5\n---\n{}')
    repository.git('checkout', '-q', 'main')
    repository.git('merge', '--squash', '-q', 'side')
    repository.git('commit', '-q', '--no-edit')
    const { changes } = await read(repository.path, 'HEAD~1..HEAD')
    expect(changes[0]!.provenance.lines.ai[0]).toBe(2)
  })

  it('keeps to its own note where it has one', async () => {
    const sha = squashed('refs/pull/12/head')
    repository.note(sha, 'a.ts\n  ai_agent 13-14\n---\n{}')
    const { changes } = await read(repository.path, 'HEAD~1..HEAD')
    expect(changes[0]!.provenance.spans).toMatchObject([{ start: 13, end: 14 }])
  })

  it('says no trailer twice that was hoisted into its own message', async () => {
    squashed('refs/pull/12/head', `cart: limits (#12)\n\n${claude}`)
    const { changes } = await read(repository.path, 'HEAD~1..HEAD')
    const rules = changes[0]!.provenance.evidence.map(({ rule }) => rule)
    expect(rules).toEqual(['N1', 'X1'])
  })

  it.each([
    ['cart: limits', 'no number in the subject'],
    ['cart: limits (#13)', 'the number of another request'],
  ])('is left alone with %j: %s', async (message) => {
    squashed('refs/pull/12/head', message)
    const { changes } = await read(repository.path, 'HEAD~1..HEAD')
    expect(changes[0]!.provenance.state).toBe('unknown')
  })

  it('is left alone where the ref leads to what is merged already', async () => {
    squashed('refs/pull/11/head', 'cart: limits (#12)')
    repository.git('update-ref', 'refs/pull/12/head', 'HEAD~1')
    const { changes } = await read(repository.path, 'HEAD~1..HEAD')
    expect(changes[0]!.provenance.state).toBe('unknown')
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'gives to an AI just the lines that its notes do, whatever was edited around them, seed %i',
    async (seed) => {
      const random = seededRandom(seed)
      const below = (limit: number) => Math.floor(random() * limit)
      let unique = 0
      const fresh = () => `text ${++unique}`
      const byAi = new Set<string>()
      const start = Array.from({ length: 30 }, fresh)
      const save = (texts: readonly string[], path = 'a.ts') =>
        repository.write(path, texts.map((text) => `${text}\n`).join(''))
      save(start)
      repository.commit({ message: 'base' })
      repository.git('checkout', '-q', '-b', 'side')
      let now = start
      for (let step = 0; step < 5; step++) {
        const next = [...now]
        const added = new Set<string>()
        for (let edit = 0; edit < 3; edit++) {
          const at = 8 + below(next.length - 7)
          const texts = Array.from({ length: 1 + below(4) }, fresh)
          texts.forEach((text) => added.add(text))
          next.splice(at, below(3), ...texts)
        }
        save(next)
        const claimed = next.flatMap((text, at) =>
          added.has(text) && below(2) === 0 ? [[text, at + 1] as const] : [],
        )
        claimed.forEach(([text]) => byAi.add(text))
        const sha = repository.commit({ message: `step ${step}` })
        const ranges = claimed.map(([, line]) => line).join(',')
        if (claimed.length > 0) repository.note(sha, `a.ts\n  ai_agent ${ranges}\n---\n{}`)
        now = next
      }
      repository.git('update-ref', 'refs/pull/12/head', 'HEAD')
      repository.git('checkout', '-q', 'main')
      const base = [...start]
      base.splice(below(4), below(3), fresh(), fresh())
      save(base)
      repository.commit({ message: 'elsewhere' })
      repository.git('merge', '--squash', '-q', 'side')
      repository.commit({ message: 'limits (#12)' })
      const { changes } = await read(repository.path, 'HEAD~1..HEAD')
      const texts = readFileSync(join(repository.path, 'a.ts'), 'utf8').split('\n')
      const added = changes[0]!.files[0]!.added!.flatMap(([from, to]) => texts.slice(from - 1, to))
      const found = changes[0]!.provenance.spans.flatMap(({ start: from, end }) =>
        texts.slice(from - 1, end),
      )
      expect(new Set(found)).toEqual(new Set(added.filter((text) => byAi.has(text))))
      expect(found.length).toBeGreaterThan(0)
    },
  )
})

describe('a noted commit that was left behind', () => {
  const note = 'a.ts\n  ai_agent 12\n---\n{}'

  /** A side branch of one noted commit, and a main branch that went on above the place of its change. */
  function left(): string {
    repository.write('a.ts', lines(1, 20))
    repository.commit({ message: 'base' })
    repository.git('checkout', '-q', '-b', 'side')
    repository.write('a.ts', `${lines(1, 10)}one\ntwo\n${lines(11, 20)}`)
    const sha = repository.commit({ message: `limits\n\n${claude}`, minute: 30 })
    repository.note(sha, note)
    repository.git('checkout', '-q', 'main')
    repository.write('a.ts', `top\n${lines(1, 20)}`)
    repository.commit({ message: 'elsewhere' })
    return sha
  }

  it('speaks for its rebased self, at the lines where it stands now', async () => {
    const sha = left()
    repository.git('cherry-pick', sha)
    repository.git('branch', '-qD', 'side')
    const { changes } = await read(repository.path, 'HEAD~1..HEAD')
    expect(changes[0]).toMatchObject({ kind: 'commit', linesAdded: 2 })
    expect(changes[0]!.provenance.spans).toMatchObject([{ start: 13, end: 13, by: 'ai' }])
  })

  it('speaks for its squash, also for what the message lost', async () => {
    const sha = left()
    repository.git('cherry-pick', '-n', sha)
    repository.git('branch', '-qD', 'side')
    repository.commit({
      message: 'limits (#4)',
      author: 'Somebody Else <else@shop.dev>',
      minute: 90,
    })
    const { changes } = await read(repository.path, 'HEAD~1..HEAD')
    expect(changes[0]!.provenance).toMatchObject({
      spans: [{ start: 13, end: 13 }],
      evidence: [{ rule: 'N3' }, { rule: 'X1', scope: 'section' }],
    })
  })

  it('says nothing of another change with its subject', async () => {
    left()
    repository.write('a.ts', `top\n${lines(1, 10)}one\n2\n${lines(11, 20)}`)
    repository.commit({ message: 'limits (#4)' })
    const { changes } = await read(repository.path, 'HEAD~1..HEAD')
    expect(changes[0]!.provenance.state).toBe('unknown')
  })
})
