/**
 * Finds a repository and what has to be known of it before it is read: where it lies, who it is, where a shallow clone
 * ends. Only here git looks for the repository itself, and so checks who owns it.
 */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { HistoryAnswer } from '../../ports/git-history.ts'
import { Git } from './git.ts'
import { type Origin, originOf } from './repository-id.ts'

type Refused = Extract<HistoryAnswer, { outcome: 'refused' }>

export interface Gits {
  /** For names: revisions and refs. */
  readonly names: Git
  /** For objects, by their ids alone. */
  readonly objects: Git
}

export interface Opened extends Gits {
  readonly outcome: 'opened'
  readonly origin: Origin
  readonly boundaries: ReadonlySet<string>
  readonly close: () => Promise<void>
}

export async function openRepository(path: string): Promise<Opened | Refused> {
  const folder = resolve(path)
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) return refused('no-repository', `${path} is no folder`)
  const finder = new Git({ folder, gitDir: null, objects: null })
  const found = await finder.run(['rev-parse', '--absolute-git-dir', '--is-bare-repository'])
  if (found.code !== 0) {
    return /dubious ownership/.test(found.stderr)
      ? refused('not-trusted', `${path} belongs to somebody else; git will not read it`)
      : refused('no-repository', `${path} is no git repository`)
  }
  const [gitDir = '', bare] = found.stdout.toString('utf8').split('\n')
  const names = new Git({ folder: gitDir, gitDir, objects: null })
  const address = await lineOf(names, ['config', '--local', '--get', 'remote.origin.url'])
  const top = bare === 'true' ? null : await lineOf(finder, ['rev-parse', '--show-toplevel'])
  const pathOf = async (name: string) =>
    resolve(gitDir, (await lineOf(names, ['rev-parse', '--git-path', name])) ?? name)
  const shallow = await readFile(await pathOf('shallow'), 'utf8').catch(() => '')
  const format = await lineOf(names, ['rev-parse', '--show-object-format'])
  const shadow = await makeShadow({ format: format ?? 'sha1', shallow })
  return {
    outcome: 'opened',
    names,
    objects: new Git({ folder: shadow, gitDir: shadow, objects: await pathOf('objects') }),
    origin: originOf(address ?? '', top ?? gitDir),
    boundaries: new Set(shallow.split('\n').filter((line) => line !== '')),
    close: () => rm(shadow, { recursive: true, force: true }),
  }
}

/**
 * An empty repository of ours that stands before the objects of theirs. Its configuration and attributes are read
 * instead of theirs, so that no driver, filter, promise of a remote or list of ignored revisions has a say.
 */
async function makeShadow({
  format,
  shallow,
}: {
  readonly format: string
  readonly shallow: string
}): Promise<string> {
  const shadow = await mkdtemp(join(tmpdir(), 'culprit-git-'))
  const version = format === 'sha1' ? 0 : 1
  const extension = format === 'sha1' ? '' : `[extensions]\n\tobjectFormat = ${format}\n`
  const config = `[core]\n\trepositoryFormatVersion = ${version}\n\tbare = true\n${extension}`
  await mkdir(join(shadow, 'refs'))
  await mkdir(join(shadow, 'objects'))
  await writeFile(join(shadow, 'HEAD'), 'ref: refs/heads/none\n')
  await writeFile(join(shadow, 'config'), config)
  if (shallow !== '') await writeFile(join(shadow, 'shallow'), shallow)
  return shadow
}

/** Null where git says nothing or fails. */
async function lineOf(git: Git, args: readonly string[]): Promise<string | null> {
  const { code, stdout } = await git.run(args)
  const text = stdout.toString('utf8').replace(/\n$/, '')
  return code === 0 && text !== '' ? text : null
}

function refused(reason: Refused['reason'], detail: string): Refused {
  return { outcome: 'refused', reason, detail }
}
