/** Pull-request facts of a file that the user exported (`gh pr view --json …`), for `--pr FILE`. */
import { readFileSync } from 'node:fs'
import { UsageError } from '../../core/kernel/errors.ts'
import { type PullFacts, readPullRequests } from '../../core/provenance/pull-request.ts'

const bytesMax = 64 * 1024 * 1024

export function readPullFile(file: string | undefined): readonly PullFacts[] {
  if (file === undefined) return []
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new UsageError(`--pr ${file} cannot be read`)
  }
  if (text.length > bytesMax) throw new UsageError(`--pr ${file} is larger than 64 MiB`)
  const { pulls, skipped } = readPullRequests(text)
  if (pulls.length === 0) throw new UsageError(`--pr ${file} holds no pull request`)
  if (skipped > 0) process.stderr.write(`--pr ${file}: ${skipped} without a number, left out\n`)
  return pulls
}
