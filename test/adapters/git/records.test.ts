import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { GitRepository } from '../../support/git-repository.ts'
import { freshRepository } from './fresh-repository.ts'
import { read } from './open.ts'

let repository: GitRepository

beforeEach(() => {
  repository = freshRepository()
})

const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}\n`).join('')

function trace(revision: string): string {
  return JSON.stringify({
    version: '0.1.0',
    timestamp: '2026-06-10T12:00:00Z',
    vcs: { type: 'git', revision },
    tool: { name: 'cursor' },
    files: [
      {
        path: 'a.ts',
        conversations: [{ contributor: { type: 'ai' }, ranges: [{ start_line: 2, end_line: 3 }] }],
      },
    ],
  })
}

describe('records that lie in the repository', () => {
  it.each(['.agent-trace/traces.jsonl', '.agent-trace/deep/one.json'])(
    'Agent Trace in %s, of the commit that was checked out before',
    async (path) => {
      repository.write('b.ts', 'x\n')
      const base = repository.commit()
      repository.write('a.ts', lines(5))
      repository.write(path, `${trace(base)}\n`)
      repository.write('.agent-trace/outcomes/x.json', trace(base))
      repository.commit()
      const { changes } = await read(repository.path, `${base}..HEAD`)
      expect(changes[0]!.provenance).toMatchObject({
        state: 'ai',
        lines: { ai: [2, 2] },
        evidence: [{ rule: 'T1', confidence: 0.8, locator: path }],
      })
    },
  )

  it('an Agent Trace note beside a Git AI note', async () => {
    repository.write('b.ts', 'x\n')
    const base = repository.commit()
    repository.write('a.ts', lines(5))
    const sha = repository.commit()
    repository.note(sha, 'a.ts\n  ai_agent 5\n---\n{}')
    repository.note(sha, trace(sha), 'refs/notes/agent-trace')
    const { changes, counts } = await read(repository.path, `${base}..HEAD`)
    expect(changes[0]!.provenance).toMatchObject({
      lines: { ai: [3, 3] },
      evidence: [{ rule: 'N3' }, { rule: 'T1', confidence: 0.9 }],
    })
    expect(counts).toMatchObject({ notesRead: 2, notesRefused: 0 })
  })

  it.each([
    ['refs/heads/entire/checkpoints/v1', '3f/a81c90d2b4/'],
    ['refs/remotes/origin/entire/checkpoints/v1', '3f/a81c90d2b4/'],
    ['refs/entire/checkpoints/3f/3fa81c90d2b4', ''],
  ])('the metadata of a checkpoint under %s', async (ref, folder) => {
    repository.write('b.ts', 'x\n')
    const base = repository.commit()
    repository.write('a.ts', lines(5))
    repository.commit({ message: 'x\n\nEntire-Checkpoint: 3fa81c90d2b4' })
    repository.git('checkout', '-q', '--orphan', 'aside')
    repository.git('rm', '-rqf', '.')
    repository.write(`${folder}metadata.json`, '{"checkpoint_id":"3fa81c90d2b4"}')
    repository.write(`${folder}full.jsonl`, '{"session_id":"x","agent":"Devin"}')
    const attribution = { agent_lines: 4, total_committed: 5 }
    const session = { session_id: 's', agent: 'Claude Code', initial_attribution: attribution }
    repository.write(`${folder}0/metadata.json`, JSON.stringify(session))
    repository.git('update-ref', ref, repository.commit())
    const { changes } = await read(repository.path, `${base}..main`)
    expect(changes[0]!.provenance).toMatchObject({
      state: 'ai',
      agents: [{ tool: 'claude-code' }],
      lines: { ai: [0, 4] },
      evidence: [{ rule: 'C1' }],
    })
  })
})

describe('a ref that leads to nothing', () => {
  it.each(['refs/notes/ai-remote/gone', 'refs/pull/7/head', 'refs/remotes/origin/gone'])(
    'hides no other record: %s',
    async (ref) => {
      repository.write('b.ts', 'x\n')
      const base = repository.commit()
      repository.write('a.ts', lines(5))
      repository.note(repository.commit({ message: 'a (#8)' }), 'a.ts\n  ai_agent 5\n---\n{}')
      const file = join(repository.path, '.git', ref)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, `${'deadbeef'.repeat(5)}\n`)
      const { changes } = await read(repository.path, `${base}..HEAD`)
      expect(changes[0]!.provenance.lines.ai).toEqual([1, 1])
    },
  )
})
