/**
 * Keeps the shape of src/: which folder may import which, and that core and processors stay pure.
 * A new edge between folders is a decision, so it is made here, where a reviewer sees it.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, join, normalize, relative } from 'node:path'
import { expect, it } from 'vitest'

const src = join(import.meta.dirname, '../src')

/** In the order that data flows. A stage may import the stages before it, never one after it. */
const stages = [
  'intake',
  'provenance',
  'rollup',
  'releases',
  'detection',
  'attribution',
  'response',
].map((stage) => `core/${stage}`)
const shared = ['contracts', 'core/kernel']
const adapter = [...shared, 'ports']

/** Everything but cli, which composes the whole and may import all of it. */
const mayImport: Record<string, readonly string[]> = {
  contracts: [],
  'core/kernel': ['contracts'],
  ...Object.fromEntries(
    stages.map((stage, index) => [stage, [...shared, ...stages.slice(0, index)]]),
  ),
  ports: [...shared, ...stages],
  processors: [...shared, ...stages, 'ports'],
  engine: [...shared, 'ports', 'processors'],
  'adapters/memory': adapter,
  'adapters/embedded': adapter,
  'adapters/kafka': adapter,
  'adapters/redis': adapter,
  'adapters/git': adapter,
  'adapters/sinks': adapter,
  'adapters/executors': adapter,
  config: shared,
  web: [...adapter, 'config'],
  page: ['contracts'],
}

/** Packages that these folders may import. The folders not named here are free to choose. */
const bareAllowed: Record<string, readonly string[]> = {
  contracts: ['zod'],
  core: ['node:crypto'], // createHash alone, for ids: pure
  ports: [],
  processors: [],
}

const impure = new RegExp(
  [
    String.raw`\b(Date\.now|Math\.random|setTimeout|setInterval|(performance|process|console)\.\w)`,
    String.raw`new Date\(\)|\bfetch\(`,
  ].join('|'),
)

const folderOf = (file: string) =>
  file
    .split(/[/\\]/)
    .slice(0, /^(core|adapters)\b/.test(file) ? 2 : 1)
    .join('/')

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.tsx?$/.test(file),
)

it.each(files)('%s imports only what its folder may', (file) => {
  const text = readFileSync(join(src, file), 'utf8')
  const folder = folderOf(file)
  const packages = bareAllowed[folder.split('/')[0]!]

  expect(['cli', ...Object.keys(mayImport)], `${file} lies in no known folder`).toContain(folder)
  for (const [, from, bare] of text.matchAll(/\bfrom '([^']+)'|\bimport\(?\s*'([^']+)'/g)) {
    const specifier = (from ?? bare)!
    if (!specifier.startsWith('.')) {
      if (packages) expect(packages, `${file} imports ${specifier}`).toContain(specifier)
      continue
    }
    const target = folderOf(relative(src, normalize(join(src, dirname(file), specifier))))
    if (folder === 'cli' || target === folder) continue
    expect(mayImport[folder], `${file} imports ${specifier}`).toContain(target)
  }
  if (/^(contracts|core|processors)\b/.test(folder)) expect(text).not.toMatch(impure)
})

it('has no barrel files', () => {
  expect(files.filter((file) => /^index\.tsx?$/.test(basename(file)))).toEqual([])
})
