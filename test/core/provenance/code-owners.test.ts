import { describe, expect, it } from 'vitest'
import { ownersOfFiles, readCodeOwners } from '../../../src/core/provenance/code-owners.ts'

describe('CODEOWNERS', () => {
  it.each([
    ['* @all', 'src/a.ts', ['@all'], 'everything'],
    ['*.js @js', 'lib/deep/a.js', ['@js'], 'a name in any folder'],
    ['*.js @js', 'lib/a.ts', [], 'another name'],
    ['/build/ @ops', 'build/logs/x.log', ['@ops'], 'all below a folder of the root'],
    ['/build/ @ops', 'src/build/x.log', [], 'not a folder of that name elsewhere'],
    ['docs/* docs@shop.dev', 'docs/a.md', ['docs@shop.dev'], 'files of a folder'],
    ['docs/* docs@shop.dev', 'docs/deep/a.md', [], 'not those of its folders'],
    ['apps/ @octo', 'deep/apps/a.ts', ['@octo'], 'a folder of that name anywhere'],
    ['**/logs @octo', 'build/deep/logs/a.txt', ['@octo'], 'any folders before'],
    ['/a/**/z.ts @z', 'a/b/c/z.ts', ['@z'], 'any folders between'],
    [
      '* @all\n/apps/ @octo @shop/team',
      'apps/x.ts',
      ['@octo', '@shop/team'],
      'the last that matches',
    ],
    ['* @all\n/apps/github', 'apps/github/x.ts', [], 'none, which takes the owners away'],
    ['my\\ file.ts @me', 'my file.ts', ['@me'], 'a space in the name'],
    ['# *.ts @no\n*.ts @yes # why', 'a.ts', ['@yes'], 'comments'],
    ['!*.ts @no', 'a.ts', [], 'no negation'],
    [
      '[Docs] @writers\n*.md\n[Code][2]\n* @all',
      'a.md',
      ['@writers', '@all'],
      'sections, each asked',
    ],
  ])('%j gives %s to %j: %s', (text, path, owners) => {
    expect(readCodeOwners(text)(path)).toEqual(owners)
  })

  it('names those of most files first', () => {
    const ownersOf = readCodeOwners('*.ts @ts\n*.md @md')
    expect(ownersOfFiles(['a.md', 'a.ts', 'b.ts', 'c.go'], ownersOf)).toEqual(['@ts', '@md'])
  })

  it('takes no time with many stars', () => {
    const ownersOf = readCodeOwners(`${'*a'.repeat(200)} @x\n/${'**/a/'.repeat(90)}b @y`)
    expect(ownersOf('a/'.repeat(200))).toEqual([])
  })
})
