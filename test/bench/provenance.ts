/**
 * How long a repository's history takes to be read, as whole commands with their start: 5,000 commits classified
 * without blame, 10,000 notes, a release of 50 commits over 300 files with blame, and 2,000 commits made into a manifest.
 * Made-up histories, by `git fast-import`, so that they are there in a second.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../support/random.ts'

interface Figure {
  readonly name: string
  readonly ours: number
  readonly unit: string
}

const main = join(import.meta.dirname, '../../src/cli/main.ts')
const marks = [
  '\n\nCo-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>',
  '\n\nCo-authored-by: Cursor <cursoragent@cursor.com>',
  '',
  '',
]
const noted = JSON.stringify({
  schema_version: 'authorship/3.0.0',
  git_ai_version: '1.6.0',
  sessions: {
    s_1f3ce0f8ee20e2: { agent_id: { tool: 'claude', id: 'x', model: 'claude-fable-5' } },
  },
})

export async function run(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-bench-'))
  try {
    const repository = join(folder, 'made')
    execFileSync('git', ['init', '-q', '-b', 'main', repository])
    execFileSync('git', ['-C', repository, 'fast-import', '--quiet'], { input: history(10_000) })
    execFileSync('git', ['-C', repository, 'update-ref', 'refs/heads/plain', 'main~5000'])
    const deployed = [
      'deployed',
      '--service',
      's',
      '--environment',
      'e',
      '--version',
      '1',
      '--print',
    ]
    const manifest = timed([
      ...deployed,
      '--repo',
      repository,
      '--from',
      'main~2000',
      '--to',
      'main',
    ])
    return [
      figure(
        '5,000 commits classified',
        3,
        timed(['provenance', repository, '--revision', 'plain']),
      ),
      figure('10,000 commits with their notes', 15, timed(['provenance', repository])),
      figure(
        '50 commits over 300 files, with blame',
        5,
        timed(['changes', repository, 'main~50..main', '--json']),
      ),
      figure('2,000 commits made into a manifest', 10, manifest),
      {
        name: 'manifest of 2,000 commits',
        ours: Math.ceil(manifest.bytes / 1024),
        unit: 'KiB (at most 512)',
      },
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function figure(name: string, most: number, { seconds }: { readonly seconds: number }): Figure {
  return {
    name: `history: ${name}`,
    ours: Math.round(seconds * 100) / 100,
    unit: `seconds (at most ${most})`,
  }
}

function timed(args: readonly string[]): { readonly seconds: number; readonly bytes: number } {
  const began = performance.now()
  const out = execFileSync(process.execPath, [main, ...args], { maxBuffer: 1 << 30 })
  return { seconds: (performance.now() - began) / 1000, bytes: out.length }
}

/** A stream for fast-import: 300 files, a few lines a commit; a note for each, some of three megabytes. */
function history(commits: number): Buffer {
  const random = seededRandom(7)
  const below = (limit: number) => Math.floor(random() * limit)
  const files = new Map<string, string[]>()
  const parts: string[] = []
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`
  for (let at = 0; at < commits; at++) {
    const path = `src/m${at % 300}.ts`
    const lines = files.get(path) ?? []
    lines.splice(
      below(lines.length + 1),
      below(3),
      ...Array.from({ length: 1 + below(9) }, (_, i) => `line ${at} ${i}`),
    )
    files.set(path, lines)
    const person = `Dana Smith <dana@shop.dev> ${1_735_700_000 + at * 6_000} +0000`
    parts.push(`commit refs/heads/main\nmark :${at + 1}\nauthor ${person}\ncommitter ${person}\n`)
    parts.push(data(`change ${at}${marks[below(marks.length)]!}`), at > 0 ? `from :${at}\n` : '')
    parts.push(`M 100644 inline ${path}\n`, data(`${lines.join('\n')}\n`))
  }
  parts.push('commit refs/notes/ai\ncommitter D <d@shop.dev> 1735700000 +0000\n', data('notes'))
  for (let at = 0; at < commits; at++) {
    const padding = at % 2_000 === 0 ? `,"padding":"${'x'.repeat(3_000_000)}"}` : '}'
    const text = `src/m${at % 300}.ts\n  s_1f3ce0f8ee20e2::t_9f8e7d6c5b4a32 1-${2 + below(30)}\n---\n`
    parts.push(`N inline :${at + 1}\n`, data(`${text}${noted.slice(0, -1)}${padding}`))
  }
  return Buffer.from(parts.join(''))
}

if (process.argv[1] === import.meta.filename) console.log(await run())
