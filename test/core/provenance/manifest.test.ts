import { describe, expect, it } from 'vitest'
import { type Change, ChangeManifest, type ReleaseDelta } from '../../../src/contracts/change.ts'
import { makeManifest } from '../../../src/core/provenance/manifest.ts'
import { described, file } from './facts.ts'

const delta: ReleaseDelta = {
  service: 'production/shop/checkout',
  environment: 'production',
  revision: 'f'.repeat(40),
  previousRevision: 'e'.repeat(40),
  added: [],
  removed: [],
  method: 'git',
  completeness: 'complete',
}

const words = (count: number) => Array.from({ length: count }, (_, at) => `token_${at}`)

/** Newest first; each with code, a test and a lock file. */
function changes(count: number): Change[] {
  return Array.from({ length: count }, (_, at) => {
    const paths = ['src/cart.ts', 'test/cart.test.ts', 'package-lock.json']
    const change = described({
      sha: at.toString(16).padStart(40, '0'),
      files: paths.map((path) =>
        file({
          path,
          tokens: words(20),
          functions: ['applyDiscount'],
          generated: path.endsWith('.json'),
        }),
      ),
    })
    return {
      ...change,
      files: change.files.map((each) => ({ ...each, head: [[1, 4] as [number, number]] })),
    }
  })
}

const sizeOf = (value: object) => Buffer.byteLength(JSON.stringify(value))
const whole = sizeOf(makeManifest({ delta, changes: changes(10), bytesMax: 1e9 }))
const at = (bytesMax: number) => {
  const manifest = makeManifest({ delta, changes: changes(10), bytesMax })
  expect(sizeOf(manifest)).toBeLessThanOrEqual(bytesMax)
  return ChangeManifest.parse(manifest)
}
const count = (
  manifest: ChangeManifest,
  of: (file: ChangeManifest['changes'][number]['files'][number]) => number,
) => manifest.changes.flatMap(({ files }) => files).reduce((sum, each) => sum + of(each), 0)

describe('a manifest', () => {
  it('that fits is whole, without the lines at the commit', () => {
    const manifest = at(whole + 1_000)
    expect(manifest.cut).toEqual({ changes: 0, files: 0, ranges: 0, tokens: 0, functions: 0 })
    expect(manifest.changes).toHaveLength(10)
    expect(manifest.changes[0]!.files[0]).not.toHaveProperty('added')
    expect(manifest.changes[0]!.files[0]).toMatchObject({ linesAdded: 10, linesDeleted: 0 })
  })

  it('loses the tokens of the oldest first, and nothing else', () => {
    const manifest = at(whole - 1_000)
    expect(manifest.changes[0]!.files[0]!.tokens).toHaveLength(20)
    expect(manifest.changes.at(-1)!.files[0]).not.toHaveProperty('tokens')
    expect(manifest.cut).toMatchObject({ changes: 0, files: 0, ranges: 0, functions: 0 })
    expect(manifest.cut.tokens + count(manifest, ({ tokens }) => tokens?.length ?? 0)).toBe(600)
  })

  it('is cut in order, each step begun when the one before is done, and counts what it lost', () => {
    for (let bytesMax = whole; bytesMax > 1_500; bytesMax -= 211) {
      const manifest = at(bytesMax)
      const { cut } = manifest
      const left = {
        tokens: count(manifest, ({ tokens }) => tokens?.length ?? 0),
        functions: count(manifest, ({ functions }) => functions?.length ?? 0),
        minor: count(manifest, ({ path }) => (path === 'src/cart.ts' ? 0 : 1)),
        ranges: count(manifest, ({ head }) => head?.length ?? 0),
        files: count(manifest, () => 1),
      }
      expect(cut.tokens + left.tokens).toBe(600)
      expect(cut.functions! + left.functions).toBe(30)
      expect(cut.ranges + left.ranges).toBe(30)
      expect(cut.files + left.files).toBe(30)
      expect(cut.changes + manifest.changes.length).toBe(10)
      if (cut.functions! > 0) expect(left.tokens).toBe(0)
      if (cut.ranges > 0) expect(left.functions).toBe(0)
      if (cut.files > 20) expect(left.minor + left.ranges).toBe(0)
      if (cut.changes > 0) expect(left.files).toBe(0)
      expect(manifest.delta.completeness).toBe(cut.changes > 0 ? 'truncated' : 'complete')
    }
  })

  it('of more commits than fit by their ids alone still fits', () => {
    const shas = Array.from({ length: 20_000 }, (_, index) => index.toString(16).padStart(40, '0'))
    const manifest = makeManifest({
      delta: { ...delta, added: shas, removed: shas },
      changes: changes(3),
      bytesMax: 300_000,
    })
    expect(sizeOf(manifest)).toBeLessThanOrEqual(300_000)
    expect(manifest.delta.completeness).toBe('truncated')
    expect(manifest.delta.added[0]).toBe(shas[0])
  })

  it('leaves the spans of a file out with the file', () => {
    const note = {
      ref: 'refs/notes/ai',
      blob: 'c'.repeat(40),
      form: 'git-ai-note' as const,
      text: 'src/cart.ts\n  ai_agent 1-4\n---\n{}',
    }
    const make = (bytesMax: number) =>
      makeManifest({ delta, changes: [described({ notes: [note] })], bytesMax })
    let manifest = make(1e6)
    for (let bytesMax = sizeOf(manifest) + 300; manifest.cut.files === 0; bytesMax -= 20) {
      manifest = make(bytesMax)
    }
    expect(manifest.cut).toMatchObject({ files: 1, ranges: 1, changes: 0 })
    expect(manifest.changes[0]!.provenance).toMatchObject({ spans: [], lines: { ai: [4, 4] } })
  })
})
