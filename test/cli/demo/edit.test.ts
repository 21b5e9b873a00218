import { describe, expect, it } from 'vitest'
import { applyEdit } from '../../../src/cli/demo/edit.ts'

describe('an edit', () => {
  it('replaces the text that stands once', () => {
    const edited = applyEdit('a = 1\nb = 2\n', { path: 'a.js', from: 'b = 2', to: 'b = $&3' })
    expect(edited).toBe('a = 1\nb = $&3\n')
  })

  it.each([
    ['nowhere', 'c = 3', 0],
    ['twice', 'same', 2],
  ])('is a mistake in the data where its text stands %s', (_, from, times) => {
    const edit = { path: 'a.js', from, to: '' }
    expect(() => applyEdit('same\nsame\n', edit)).toThrow(`found it ${times} times`)
  })
})
