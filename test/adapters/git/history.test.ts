/** The commits of a release with their files and lines, read from every kind of repository. */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { GitRepository } from '../../support/git-repository.ts'
import { freshFolder, freshRepository, lines } from './fresh-repository.ts'
import { read } from './open.ts'

let repository: GitRepository

beforeEach(() => {
  repository = freshRepository()
})

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

describe('other kinds of repositories', () => {
  it('bare, with 64-digit ids, and a folder inside are read alike', async () => {
    repository.write('src/a.ts', lines(1, 3))
    repository.commit()
    repository.write('src/a.ts', lines(1, 5))
    repository.commit()
    const bare = freshFolder('bare')
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
