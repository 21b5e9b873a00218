import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { GitRepository } from '../../support/git-repository.ts'
import { seededRandom } from '../../support/random.ts'
import { read } from './open.ts'

const repositories: GitRepository[] = []

afterEach(() => {
  for (const repository of repositories.splice(0)) repository.remove()
})

const names = ['a.ts', 'src/b.ts', 'src/c d.py']

/** Edits, removals, renames, branches and merges, drawn by the seed. */
function randomHistory(seed: number, linear = false): { repository: GitRepository; base: string } {
  const random = seededRandom(seed)
  const pick = (count: number) => Math.floor(random() * count)
  const repository = new GitRepository()
  repositories.push(repository)
  const files = new Map<string, string[]>()
  const write = (path: string) => repository.write(path, files.get(path)!.join(''))
  for (const name of names) {
    files.set(
      name,
      Array.from({ length: 12 }, (_, at) => `${name} ${at} start\n`),
    )
    write(name)
  }
  const base = repository.commit()
  let serial = 0
  const edit = () => {
    const path = [...files.keys()][pick(files.size)]!
    const text = files.get(path)!
    const at = pick(text.length + 1)
    const fresh = Array.from({ length: pick(4) }, () => `edit ${pick(3)} ${serial++ % 7}\n`)
    text.splice(at, pick(4), ...fresh)
    if (text.length === 0) text.push('last\n')
    write(path)
  }
  for (let step = 0; step < (linear ? 20 : 8); step++) {
    const kind = pick(10)
    if (kind === 9 && files.size > 1) {
      const path = [...files.keys()][pick(files.size)]!
      repository.git('rm', '-q', path)
      files.delete(path)
    } else if (kind === 8) {
      files.set(names[0]!, [`again ${step}\n`, 'a.ts 3 start\n'])
      write(names[0]!)
    }
    if (kind === 0) {
      const path = [...files.keys()][pick(files.size)]!
      const moved = `moved/${step}-${path.replaceAll('/', '-')}`
      repository.write(`moved/.keep`, '')
      repository.git('mv', path, moved)
      files.set(moved, files.get(path)!)
      files.delete(path)
    } else if (kind < 3 && !linear) {
      const branch = `side${step}`
      const before = new Map([...files].map(([path, text]) => [path, [...text]]))
      repository.git('checkout', '-q', '-b', branch)
      edit()
      repository.commit({ message: branch })
      repository.git('checkout', '-q', 'main')
      for (const [path, text] of before) files.set(path, text)
      edit()
      repository.commit({ message: `beside ${branch}` })
      repository.seal(['merge', '-q', '--no-ff', '-X', 'ours', '-m', `merge ${branch}`, branch])
      for (const path of files.keys()) {
        const text = repository.git('show', `HEAD:${path}`)
        files.set(path, text.split(/(?<=\n)/))
      }
    }
    edit()
    repository.commit({ message: `step ${step}` })
  }
  return { repository, base }
}

/** The commit of every line, by plain `git blame`. */
function blamed(repository: GitRepository, path: string): string[] {
  const text = repository.git('blame', '--line-porcelain', '--root', 'HEAD', '--', path)
  return [...text.matchAll(/^([0-9a-f]{40}) \d+ \d+/gm)].map(([, sha]) => sha!)
}

describe('lines at the release head', () => {
  it.each([
    ...[11, 12, 13, 14, 15, 16].map((seed) => ({ seed, linear: false, shape: 'branches' })),
    ...[31, 32, 33, 34, 35, 36].map((seed) => ({ seed, linear: true, shape: 'one line' })),
  ])(
    'agree with git blame line by line on the random history of seed $seed, $shape',
    async ({ seed, linear }) => {
      const { repository, base } = randomHistory(seed, linear)
      const { changes, counts } = await read(repository.path, `${base}..HEAD`)
      expect(counts.filesNotBlamed).toBe(0)
      const ours = new Map<string, string>()
      for (const { sha, files } of changes) {
        for (const { path, head = [] } of files) {
          for (const [from, to] of head) {
            for (let line = from; line <= to; line++) {
              expect(ours.has(`${path}:${line}`)).toBe(false)
              ours.set(`${path}:${line}`, sha)
            }
          }
        }
      }
      const inRange = new Set(changes.map(({ sha }) => sha))
      const theirs = new Map<string, string>()
      for (const path of repository
        .git('ls-files', '-z')
        .split('\0')
        .filter((each) => each !== '')) {
        blamed(repository, path).forEach((sha, at) => {
          if (inRange.has(sha)) theirs.set(`${path}:${at + 1}`, sha)
        })
      }
      expect(theirs.size).toBeGreaterThan(0)
      expect(ours).toEqual(theirs)
    },
  )

  it.each([21, 22, 23])('counts lines as git does, seed %i', async (seed) => {
    const { repository, base } = randomHistory(seed)
    const { changes } = await read(repository.path, `${base}..HEAD`, { blame: false })
    for (const { sha, kind, files } of changes) {
      if (kind === 'merge') continue
      const text = repository.git('show', '--format=', '--numstat', '-M', '-z', sha)
      const numbers = [...text.matchAll(/(\d+)\t(\d+)\t/g)].map(([, a, d]) => [
        Number(a),
        Number(d),
      ])
      expect(files.map(({ linesAdded, linesDeleted }) => [linesAdded, linesDeleted])).toEqual(
        numbers,
      )
    }
  })
})

it('a path in any quoting comes back as it was', async () => {
  const { unquotePath } = await import('../../../src/adapters/git/unquote.ts')
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (path) => {
      const quoted = [...Buffer.from(path)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
      expect(unquotePath(`"${quoted.join('')}"`)).toBe(Buffer.from(path).toString('utf8'))
    }),
    { seed: 7 },
  )
})
