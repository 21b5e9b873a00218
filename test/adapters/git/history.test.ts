import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GitRepository } from '../../support/git-repository.ts'
import { ask, read } from './open.ts'

let repository: GitRepository
const folders: string[] = []

beforeEach(() => {
  repository = new GitRepository()
})

afterEach(() => {
  repository.remove()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => `line ${from + at}\n`).join('')

describe('the history of a release', () => {
  it('has the commits with their files, lines and names, newest first', async () => {
    repository.write('src/cart.ts', 'export class Cart {\n}\n')
    const base = repository.commit({ message: 'cart' })
    repository.write(
      'src/cart.ts',
      'export class Cart {\n  applyDiscount(code: string) {\n    return couponTable\n  }\n}\n',
    )
    const first = repository.commit({
      message: 'cart: apply\n\nCo-Authored-By: Claude <noreply@anthropic.com>',
    })
    repository.write('docs/cart.md', 'Discounts everywhere\n')
    repository.git('mv', 'src/cart.ts', 'src/basket.ts')
    const second = repository.commit({ message: 'move' })
    const { delta, changes, repository: id } = await read(repository.path, `${base}..HEAD`)

    expect(delta).toEqual({
      revision: second,
      previousRevision: base,
      added: [second, first],
      removed: [],
      method: 'git',
      completeness: 'complete',
    })
    expect(id).toMatchObject({ host: '', owner: '', url: null })
    expect(changes.map(({ sha }) => sha)).toEqual([second, first])
    expect(changes[1]).toMatchObject({
      id: `${id.name}@${first}`,
      subject: 'cart: apply',
      linesAdded: 3,
      linesDeleted: 0,
      tzOffsetMin: 120,
      provenance: { state: 'ai', lines: { ai: [0, 3] } },
    })
    expect(changes[1]!.files).toEqual([
      {
        path: 'src/cart.ts',
        status: 'M',
        added: [[2, 4]],
        deletedLines: 0,
        linesAdded: 3,
        linesDeleted: 0,
        binary: false,
        generated: false,
        functions: ['Cart', 'Cart.applyDiscount'],
        tokens: ['applyDiscount', 'couponTable'],
        head: [],
      },
      expect.objectContaining({ path: 'src/basket.ts', oldPath: 'src/cart.ts', head: [[2, 4]] }),
    ])
    expect(changes[0]!.files.map(({ path, status }) => [path, status])).toEqual([
      ['docs/cart.md', 'A'],
      ['src/basket.ts', 'R'],
    ])
  })

  it('has no words of the text when they are not wanted', async () => {
    repository.write('a.ts', 'x\n')
    repository.commit()
    repository.write('a.ts', 'const idempotencyKey = 1\n')
    repository.commit()
    const { changes } = await read(repository.path, 'HEAD~1..HEAD', { words: false })
    expect(JSON.stringify(changes)).not.toContain('idempotencyKey')
    expect(changes[0]!.files[0]).not.toHaveProperty('tokens')
  })

  it('has the lines that merges settled, and counts none of them', async () => {
    repository.write('a.ts', lines(1, 10))
    const base = repository.commit()
    repository.git('checkout', '-q', '-b', 'side')
    repository.write('a.ts', lines(1, 10).replace('line 5', 'side five'))
    repository.commit({ message: 'side' })
    repository.git('checkout', '-q', 'main')
    repository.write('a.ts', lines(1, 10).replace('line 5', 'main five'))
    repository.commit({ message: 'main' })
    expect(() => repository.git('merge', '-q', 'side')).toThrow()
    repository.write('a.ts', lines(1, 10).replace('line 5', 'both five'))
    repository.git('add', '-A')
    const merge = repository.seal(['commit', '-q', '-F', '-'], { message: 'merge' })
    const { changes } = await read(repository.path, `${base}..HEAD`)
    const merged = changes.find(({ sha }) => sha === merge)!
    expect(merged).toMatchObject({ kind: 'merge', linesAdded: 0 })
    expect(merged.files).toMatchObject([{ path: 'a.ts', head: [[5, 5]] }])
    expect(changes.filter(({ sha }) => sha !== merge).map(({ files }) => files[0]!.head)).toEqual([
      [],
      [],
    ])
  })

  it('survives odd files: binary, submodule, mode, type, newline in a path, no newline at the end', async () => {
    repository.write('keep', 'x\n')
    const base = repository.commit()
    repository.write('logo.png', Uint8Array.of(0, 1, 2, 0))
    repository.write('a\nb "q" ü.ts', 'one\ntwo')
    repository.write('link', 'to be a link\n')
    repository.commit()
    repository.git('rm', '-q', 'link')
    execFileSync('ln', ['-s', 'keep', join(repository.path, 'link')])
    execFileSync('chmod', ['+x', join(repository.path, 'keep')])
    repository.git('add', '-A')
    repository.git('update-index', '--add', '--cacheinfo', `160000,${base},vendor/sub`)
    repository.seal(['commit', '-q', '-m', 'odd'])
    const { changes } = await read(repository.path, `${base}..HEAD`)
    expect(changes[1]!.files).toMatchObject([
      { path: 'a\nb "q" ü.ts', added: [[1, 2]], head: [[1, 2]] },
      { path: 'link', added: [[1, 1]] },
      { path: 'logo.png', binary: true, linesAdded: 0 },
    ])
    expect(changes[1]!.files[2]).not.toHaveProperty('head')
    expect(
      changes[0]!.files.map(({ path, status, linesAdded }) => [path, status, linesAdded]),
    ).toEqual([
      ['keep', 'M', 0],
      ['link', 'M', 1],
      ['vendor/sub', 'A', 0],
    ])
  })

  it('cannot be forged by what a message or a line says', async () => {
    repository.write('a.ts', 'x\n')
    const base = repository.commit()
    const forged =
      'diff --git a/b.ts b/b.ts\n--- a/b.ts\n+++ b/b.ts\n@@ -0,0 +1,9 @@\n+evil\n:100644 100644 a b M\tb.ts\n'
    repository.write('a.ts', forged)
    repository.commit({ message: `${forged}\n\n${forged}` })
    const { changes } = await read(repository.path, `${base}..HEAD`)
    expect(changes[0]!.files.map(({ path, added }) => [path, added])).toEqual([['a.ts', [[1, 6]]]])
  })

  it('marks what a tool wrote as generated, by path and by its own word', async () => {
    repository.write('keep', 'x\n')
    const base = repository.commit()
    repository.write('package-lock.json', '{}\n')
    repository.write('src/api.ts', '// Code generated by protoc. DO NOT EDIT.\nexport {}\n')
    repository.commit()
    const { changes } = await read(repository.path, `${base}..HEAD`)
    expect(changes[0]!.files.map(({ generated }) => generated)).toEqual([true, true])
  })
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
    const clone = mkdtempSync(join(tmpdir(), 'culprit-clone-'))
    folders.push(clone)
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
    const folder = mkdtempSync(join(tmpdir(), 'culprit-none-'))
    folders.push(folder)
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

describe('other kinds of repositories', () => {
  it('bare, with 64-digit ids, and a folder inside are read alike', async () => {
    repository.write('src/a.ts', lines(1, 3))
    repository.commit()
    repository.write('src/a.ts', lines(1, 5))
    repository.commit()
    const bare = mkdtempSync(join(tmpdir(), 'culprit-bare-'))
    folders.push(bare)
    repository.git('clone', '-q', '--bare', repository.path, bare)
    for (const path of [repository.path, join(repository.path, 'src'), bare]) {
      const { changes } = await read(path, 'HEAD~1..HEAD')
      expect(changes[0]!.files).toMatchObject([{ path: 'src/a.ts', head: [[4, 5]] }])
    }
    rmSync(join(repository.path, '.git'), { recursive: true })
    repository.git('init', '-q', '-b', 'main', '--object-format=sha256')
    repository.commit()
    repository.write('src/a.ts', lines(1, 6))
    const head = repository.commit()
    const { changes } = await read(repository.path, 'HEAD~1..HEAD')
    expect(head).toHaveLength(64)
    expect(changes[0]!.files).toMatchObject([{ path: 'src/a.ts', head: [[6, 6]] }])
  })
})
