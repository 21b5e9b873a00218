/**
 * Finds a repository and what has to be known of it before it is read: where it lies, who it is, where a shallow clone
 * ends. Only here git looks for the repository itself, and so checks who owns it.
 */
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { HistoryAnswer } from '../../ports/git-history.ts'
import { Git } from './git.ts'
import { type Origin, originOf } from './repository-id.ts'

type Refused = Extract<HistoryAnswer, { outcome: 'refused' }>

export interface Opened {
  readonly outcome: 'opened'
  readonly git: Git
  readonly origin: Origin
  readonly boundaries: ReadonlySet<string>
}

export async function openRepository(path: string): Promise<Opened | Refused> {
  const folder = resolve(path)
  const questions = ['--absolute-git-dir', '--is-shallow-repository', '--is-bare-repository']
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) return refused('no-repository', `${path} is no folder`)
  const answer = await new Git({ folder, gitDir: null }).run(['rev-parse', ...questions])
  if (answer.code !== 0) {
    const owner = /dubious ownership/.test(answer.stderr)
    return owner
      ? refused('not-trusted', `${path} belongs to somebody else; git will not read it`)
      : refused('no-repository', `${path} is no git repository`)
  }
  const [gitDir = '', shallow, bare] = answer.stdout.toString('utf8').split('\n')
  const git = new Git({ folder: gitDir, gitDir })
  const address = await git.run(['config', '--local', '--get', 'remote.origin.url'])
  const top = bare === 'true' ? gitDir : await topLevel(folder, gitDir)
  const boundaries = shallow === 'true' ? await shallowCommits(git, gitDir) : new Set<string>()
  const origin = originOf(address.code === 0 ? address.stdout.toString('utf8') : '', top)
  return { outcome: 'opened', git, origin, boundaries }
}

async function topLevel(folder: string, gitDir: string): Promise<string> {
  const { code, stdout } = await new Git({ folder, gitDir: null }).run([
    'rev-parse',
    '--show-toplevel',
  ])
  return code === 0 ? stdout.toString('utf8').trimEnd() : gitDir
}

/** Commits whose parents the clone left out. */
async function shallowCommits(git: Git, gitDir: string): Promise<Set<string>> {
  const { stdout } = await git.run(['rev-parse', '--git-path', 'shallow'])
  const file = resolve(gitDir, stdout.toString('utf8').trimEnd())
  const text = await readFile(file, 'utf8').catch(() => '')
  return new Set(text.split('\n').filter((line) => line !== ''))
}

function refused(reason: Refused['reason'], detail: string): Refused {
  return { outcome: 'refused', reason, detail }
}
