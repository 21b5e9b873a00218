import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'

const main = join(import.meta.dirname, '../../../src/cli/main.ts')
const sha = 'a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0'
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function deployed(text: string, ...more: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'attestation-'))
  folders.push(folder)
  const file = join(folder, 'a.json')
  writeFileSync(file, text)
  const facts = ['--service', 'cart', '--environment', 'production', '--version', '1', '--print']
  return execFileSync(
    process.execPath,
    [main, 'deployed', ...facts, '--attestation', file, ...more],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
}

describe('culprit deployed --attestation', () => {
  const manifest = JSON.stringify({
    annotations: {
      'org.opencontainers.image.revision': sha,
      'org.opencontainers.image.source': 'https://github.com/acme/cart',
    },
  })

  it('names the commit that was built', () => {
    const { customData } = JSON.parse(deployed(manifest)) as { customData: Record<string, unknown> }
    expect(customData).toMatchObject({
      'vcs.ref.head.revision': sha,
      'vcs.repository.url.full': 'https://github.com/acme/cart',
    })
  })

  it('gives way to what is said outright', () => {
    const { customData } = JSON.parse(deployed(manifest, '--revision', 'b'.repeat(40))) as {
      customData: Record<string, unknown>
    }
    expect(customData['vcs.ref.head.revision']).toBe('b'.repeat(40))
  })

  it('that names no commit is wrong usage', () => {
    expect(() => deployed('{}')).toThrow(/names no commit/)
  })
})
