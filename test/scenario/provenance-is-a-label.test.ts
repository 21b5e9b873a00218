/** Who or what wrote a change plays no part in who is suspected: with every mark taken away nothing moves. */
import { afterEach, describe, expect, it } from 'vitest'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { RankingLine } from '../../src/contracts/replay-lines.ts'
import type { z } from 'zod'
import { GitRepository } from '../support/git-repository.ts'
import { deploymentLine, spanLines } from '../support/otlp-lines.ts'

const main = join(import.meta.dirname, '../../src/cli/main.ts')
const startMs = Date.parse('2026-11-20T10:00:00Z')
const releaseMs = startMs + 20 * 60_000
const opened: GitRepository[] = []

afterEach(() => {
  for (const repository of opened.splice(0)) repository.remove()
})

/** The same three changes with marks of every kind, or with none. */
function history(marked: boolean): { path: string; from: string; to: string } {
  const repository = new GitRepository()
  opened.push(repository)
  repository.write('src/cart.js', 'export const cart = () => {\n  return 1\n}\n')
  const from = repository.commit({ message: 'base' })
  const trailer = marked ? '\n\nCo-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>' : ''
  const author = marked ? { author: 'Cursor Agent <cursoragent@cursor.com>' } : {}
  repository.write(
    'src/cart.js',
    'export const cart = () => {\n  const total = 2\n  return total\n}\n',
  )
  repository.commit({ message: `cart: total${trailer}` })
  repository.write('README.md', 'read me\n')
  repository.commit({ message: 'readme: say more', ...author })
  repository.write('src/stock.js', 'export const stock = (id) => {\n  throw new Error(id)\n}\n')
  const to = repository.commit({ message: 'stock: look it up' })
  if (marked) repository.note(to, 'src/stock.js\n  ai_agent 1-3\n---\n{}')
  return { path: repository.path, from, to }
}

function rankings(marked: boolean): z.infer<typeof RankingLine>[] {
  const { path, from, to } = history(marked)
  const print = [
    main,
    'deployed',
    '--service',
    'checkout',
    '--namespace',
    'shop',
    '--environment',
    'production',
  ]
  const release = ['--version', '1.1', '--repo', path, '--from', from, '--to', to, '--print']
  const at = ['--at', new Date(releaseMs).toISOString(), '--id', 'deploy-1.1']
  const event = execFileSync(process.execPath, [...print, ...release, ...at], { encoding: 'utf8' })
  const folder = mkdtempSync(join(tmpdir(), 'label-'))
  try {
    const versions = [
      { version: '1.0', fromS: 0, toS: 1200, rps: 15, errorRate: 0.01 },
      { version: '1.1', fromS: 1200, toS: 2400, rps: 15, errorRate: 0.3 },
    ]
    const lines = spanLines({ seed: 5, startMs, seconds: 2400, versions })
    const before = deploymentLine({ atMs: startMs + 10_000, version: '1.0' })
    const [telemetry, events] = [join(folder, 't.jsonl'), join(folder, 'e.jsonl')]
    writeFileSync(telemetry, `${lines.join('\n')}\n`)
    writeFileSync(events, `${before}\n${event}`)
    const out = execFileSync(process.execPath, [main, 'replay', '--rankings', telemetry, events], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
    return out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as z.infer<typeof RankingLine>)
      .filter(({ type }) => type === 'ranking')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('provenance', () => {
  it('is a label: without any mark the suspects and their probabilities are the same', () => {
    const [marked, plain] = [rankings(true), rankings(false)]
    expect(marked.length).toBeGreaterThan(1)
    expect(plain).toHaveLength(marked.length)
    const states = marked[0]!.suspects.map(({ provenance }) => provenance?.state)
    expect(states.filter((state) => state === 'ai')).toHaveLength(3)
    expect(
      plain[0]!.suspects.every(({ provenance }) => (provenance?.state ?? 'unknown') === 'unknown'),
    ).toBe(true)
    const told = (all: typeof marked) =>
      all.map(({ suspects }) => {
        const numbers = suspects.map(({ title, probability, evidence }) => ({
          title,
          probability,
          evidence: evidence.map(({ term, bits }) => [term, bits]),
        }))
        // What cannot be told apart stands in the order of ids, which hold the commit's hash.
        return numbers.sort((a, b) => b.probability - a.probability || (a.title < b.title ? -1 : 1))
      })
    expect(told(plain)).toEqual(told(marked))
  })
})
