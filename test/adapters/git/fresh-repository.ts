/** A repository, and folders beside it, that a test may use as it likes: removed when it has finished. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { GitRepository } from '../../support/git-repository.ts'

export function freshRepository(): GitRepository {
  const repository = new GitRepository()
  onTestFinished(() => repository.remove())
  return repository
}

export function freshFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `culprit-${name}-`))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The text of a file, both ends included. */
export const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => `line ${from + at}\n`).join('')
