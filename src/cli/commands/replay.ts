/** `culprit replay FILE…` */
import { accessSync, constants, statSync, writeSync } from 'node:fs'
import { UnreachableError, UsageError } from '../../core/kernel/errors.ts'
import { attributeSettings, configure, detectSettings, foldSettings } from '../configure.ts'
import { findManifestIn } from '../replay/find-manifest.ts'
import { plural } from '../client/text.ts'
import { type Replayed, replay } from '../replay/replay.ts'

export interface ReplayFlags {
  readonly config?: string
  readonly set: readonly string[]
  readonly verdicts: boolean
  readonly rankings: boolean
  readonly windows: boolean
  readonly repo: readonly string[]
  readonly until?: number
}

export async function runReplay(files: readonly string[], flags: ReplayFlags): Promise<void> {
  const { config } = configure(flags)
  for (const file of files) {
    if (file !== '-') readable(file)
  }
  for (const path of flags.repo) {
    if (!isFolder(path)) throw new UsageError(`--repo: ${path} is no folder`)
  }
  const shows = process.stderr.isTTY
  const paths = [...flags.repo, ...config.provenance.repositories.map(({ path }) => path)]
  const replayed = await replay({
    files,
    windows: flags.windows,
    verdicts: flags.verdicts,
    rankings: flags.rankings,
    untilMs: flags.until ?? null,
    findManifest: paths.length === 0 ? null : findManifestIn(paths, config.provenance),
    fold: foldSettings(config),
    detect: detectSettings(config),
    attribute: attributeSettings(config),
    write: writeAll,
    progress: (lines, atMs) => {
      if (shows) process.stderr.write(`\r${lines} lines, ${new Date(atMs).toISOString()} `)
    },
  })
  if (shows) process.stderr.write('\n')
  for (const note of notesOn(replayed)) process.stderr.write(`culprit: ${note}\n`)
}

/** What the summary counts and a person would not look for there. */
export function notesOn({ lines, refused, unmatched }: Replayed): string[] {
  const reasons = Object.entries(refused)
  const told = reasons.map(([reason, count]) => `${count} ${reason}`).join(', ')
  return [
    ...(lines === 0 ? ['there is no line in the input'] : []),
    ...(reasons.length === 0
      ? []
      : [`refused of ${plural(lines, 'line')} and the records in them: ${told}`]),
    ...unmatched,
  ]
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function readable(file: string): void {
  try {
    accessSync(file, constants.R_OK)
  } catch {
    throw new UnreachableError(`cannot read ${file}`)
  }
}

/** Standard output, whole, also where it is a pipe that is full for a moment. */
function writeAll(text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}
