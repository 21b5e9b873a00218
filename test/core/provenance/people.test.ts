import { expect, it } from 'vitest'
import { showPeople } from '../../../src/core/provenance/people.ts'
import { described } from './facts.ts'

const change = described({
  message:
    'cart: x\n\nCo-authored-by: Jane Roe <jane@roe.dev>\nCo-Authored-By: Claude <noreply@anthropic.com>',
})

it('shows people by name, as one hash a person, or not at all; agents always', () => {
  expect(showPeople(change, 'names')).toBe(change)
  const hashed = showPeople(change, 'hashed')
  expect(hashed.author.name).toMatch(/^person-[0-9a-f]{16}$/)
  expect(hashed.committer).toEqual(hashed.author)
  expect(hashed.coAuthors.map(({ name }) => name)).toContain('Claude')
  const none = showPeople(change, 'none')
  for (const shown of [hashed, none])
    expect(JSON.stringify(shown)).not.toMatch(/Dana|Jane|roe|shop\.dev/i)
})
