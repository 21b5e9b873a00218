import { describe, expect, it } from 'vitest'
import { addedLines, gitAiNote } from '../../../src/cli/demo/git-note.ts'
import { readGitAiNote } from '../../../src/core/provenance/git-ai-note.ts'

describe('the Git AI note of a planted change', () => {
  it('is read back as one session of the tool, with its lines and its director', () => {
    const text = gitAiNote({
      tool: 'claude',
      model: 'claude-sonnet-4-5',
      conversation: '5a3b0c52-8f0e-4c4e-9f8a-2f6f1f0d7c11',
      author: 'Jonas Weir <jonas@shop.example>',
      parent: '0'.repeat(40),
      lines: new Map([
        [
          'checkout/price.js',
          [
            [3, 9],
            [28, 28],
          ],
        ],
      ]),
    })
    const read = readGitAiNote(text)
    expect(read.ok).toBe(true)
    if (!read.ok) return
    expect(read.note.skipped).toBe(0)
    expect(read.note.entries).toMatchObject([
      { path: 'checkout/price.js', key: { kind: 'session' } },
    ])
    expect(text).toContain(' 3-9,28\n')
    expect([...read.note.agents.values()]).toMatchObject([
      {
        tool: 'claude',
        model: 'claude-sonnet-4-5',
        humanDirector: 'Jonas Weir <jonas@shop.example>',
      },
    ])
  })

  it('takes the added lines of each file from a diff without context, and none where lines only went', () => {
    const diff = [
      '--- a/one.js',
      '+++ b/one.js',
      '@@ -3 +3,2 @@ const a',
      '-x',
      '+y',
      '+z',
      '@@ -9,2 +11,0 @@',
      '-p',
      '-q',
      '+++ b/two.js',
      '@@ -0,0 +1 @@',
      '+new',
    ].join('\n')
    expect([...addedLines(diff)]).toEqual([
      ['one.js', [[3, 4]]],
      ['two.js', [[1, 1]]],
    ])
  })
})
