/** Notes of who wrote which lines, wherever in a repository they lie, and those that cannot be read. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { GitRepository } from '../../support/git-repository.ts'
import { freshRepository, lines } from './fresh-repository.ts'
import { read } from './open.ts'

let repository: GitRepository

beforeEach(() => {
  repository = freshRepository()
})

describe('a note in the repository', () => {
  const note = 'a.ts\n  ai_agent 1-2\n---\n{"schema_version":"authorship/3.0.0"}\n'

  it.each([
    ['refs/notes/ai', 'written here'],
    ['refs/notes/ai-remote/origin', 'of a remote'],
    ['refs/notes/exceeds-ink', 'of another producer'],
  ])('under %s gives lines to an AI: %s', async (ref) => {
    repository.write('b.ts', 'x\n')
    const base = repository.commit()
    repository.write('a.ts', lines(1, 5))
    repository.note(repository.commit(), note, ref)
    const { changes, counts } = await read(repository.path, `${base}..HEAD`)
    expect(changes[0]!.provenance).toMatchObject({
      state: 'ai',
      lines: { ai: [2, 2], unknown: 3 },
      spans: [{ path: 'a.ts', start: 1, end: 2 }],
    })
    expect(changes[0]!.provenance.evidence[0]!.locator).toMatch(new RegExp(`^${ref}:[0-9a-f]{40}$`))
    expect(counts).toMatchObject({ notesRead: 1, notesRefused: 0 })
  })

  it('that cannot be read is counted, and the change is unknown', async () => {
    repository.write('b.ts', 'x\n')
    const base = repository.commit()
    repository.write('a.ts', lines(1, 5))
    repository.note(repository.commit(), 'nothing of the kind')
    const { changes, counts } = await read(repository.path, `${base}..HEAD`)
    expect(changes[0]!.provenance.state).toBe('unknown')
    expect(counts).toMatchObject({ notesRead: 0, notesRefused: 1 })
  })

  it('of the older form is one blob per commit', async () => {
    repository.write('b.ts', 'x\n')
    const base = repository.commit()
    repository.write('a.ts', lines(1, 5))
    const sha = repository.commit()
    const blob = {
      schema_version: 'authorship/0.0.1',
      files: { 'a.ts': { authors: [{ author: 'Claude', lines: [2] }] } },
    }
    const object = repository.run(['hash-object', '-w', '--stdin'], {}, JSON.stringify(blob)).trim()
    repository.git('update-ref', `refs/ai/authorship/${sha}`, object)
    const { changes } = await read(repository.path, `${base}..HEAD`)
    expect(changes[0]!.provenance).toMatchObject({ state: 'ai', lines: { ai: [1, 1] } })
  })

  it('of three megabytes in a deep tree is read beside many others', async () => {
    repository.write('b.ts', 'x\n')
    const base = repository.commit()
    const shas: string[] = []
    for (let at = 0; at < 12; at++) {
      repository.write(`f${at}.ts`, lines(1, 3))
      shas.push(repository.commit())
    }
    shas.forEach((sha, at) => {
      const padding = at === 5 ? 'x'.repeat(3_000_000) : ''
      repository.note(sha, `f${at}.ts\n  ai_agent 1-2\n---\n${JSON.stringify({ padding })}`)
    })
    const { changes, counts } = await read(repository.path, `${base}..HEAD`)
    expect(counts.notesRead).toBe(12)
    expect(changes.every(({ provenance }) => provenance.lines.ai[0] === 2)).toBe(true)
  })
})
