import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ruleBook } from '../../src/cli/changes/rules.ts'
import { GitRepository } from '../support/git-repository.ts'
import { runCulprit } from '../support/run-culprit.ts'

let repository: GitRepository

beforeEach(() => {
  repository = new GitRepository()
  repository.write('a.ts', 'one\n')
  repository.commit()
  repository.write('a.ts', 'one\ntwo\n')
  repository.commit({ message: 'a: two (#9)\n\nHouse-Agent: robo' })
})

afterEach(() => repository.remove())

const changes = (...args: string[]) =>
  runCulprit(['changes', repository.path, 'HEAD~1..HEAD', '--json', ...args], {
    cwd: repository.path,
  })

function file(text: string): string {
  const path = join(repository.path, '.git/own')
  writeFileSync(path, text)
  return path
}

const rules = (pattern: string) => `
schemaVersion: 1
rulesVersion: house-1
rules:
  - id: user/house
    target: message-line
    match: { pattern: '${pattern}' }
    tool: robo
    source: trailer
    role: co-author
    confidence: 0.9
`

describe('culprit changes', () => {
  it('reads a user’s rules, of YAML as of JSON', async () => {
    const own = file(rules('House-Agent:\\s*robo$'))
    const { code, stdout } = await changes('--set', `provenance.rules=${own}`)
    expect(code).toBe(0)
    expect(JSON.parse(stdout).changes[0].provenance).toMatchObject({
      state: 'ai',
      agents: [{ tool: 'robo' }],
      rulesVersion: expect.stringContaining('+house-1-'),
    })
  })

  it.each([
    ['schemaVersion: 1\nrulesVersion: x\nrules: []\nextra: 1\n', /extra/i, 'an unknown field'],
    [rules('('), /user\/house.*pattern/, 'a pattern that does not compile'],
    [rules('x').replace('0.9', '1.5'), /confidence/, 'a confidence beyond 1'],
    ['{', /JSON or YAML/, 'no file of rules'],
  ])('refuses %j with one line that names the setting', async (text, says) => {
    const { code, stderr } = await changes('--set', `provenance.rules=${file(text)}`)
    expect(code).toBe(2)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(/provenance\.rules/)
    expect(stderr).toMatch(says)
  })

  it('cannot be made slow by a user’s pattern: a backtracking engine would outlast the test', () => {
    const book = ruleBook([file(rules('(?:a*)*a*a*a*a*b'))])
    const [rule] = book.rules.filter(({ id }) => id === 'user/house')
    expect(rule!.pattern!.match('a'.repeat(1_000))).toBeNull()
  })

  it('adds what is known of the pull request', async () => {
    const pr = file(
      '{"number":9,"author":{"login":"app/copilot-swe-agent"},"labels":[{"name":"x"}]}',
    )
    const { stdout } = await changes('--pr', pr)
    expect(JSON.parse(stdout).changes[0]).toMatchObject({
      pr: { number: 9, labels: ['x'] },
      provenance: { state: 'ai', evidence: [{ rule: 'P1' }] },
    })
    const broken = await changes('--pr', file('nothing'))
    expect(broken.code).toBe(2)
    expect(broken.stderr).toContain('--pr')
  })
})
