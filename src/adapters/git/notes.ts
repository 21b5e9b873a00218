/**
 * The AI notes of commits: one listing a ref, then all blobs through one `git cat-file --batch`.
 *
 * Refs, the first that has a note of a commit wins: `refs/notes/ai`, `refs/notes/ai-remote/*`,
 * `refs/notes/exceeds-ink`, and the older `refs/ai/authorship/<sha>`. A note beyond 16 MiB is refused and counted.
 * Source: provenance reference, section 2.1.
 */
import type { NoteFacts } from '../../ports/git-history.ts'
import type { Git } from './git.ts'
import type { Gits } from './open-repository.ts'

interface Listed {
  readonly sha: string
  readonly ref: string
  readonly blob: string
  readonly form: NoteFacts['form']
}

const noteBytesMax = 16 * 1024 * 1024
const refsMax = 100
const blobRefs = 'refs/ai/authorship/'

export interface ReadNotes {
  /** Handed over one by one, in no promised order; their text is not kept. */
  readonly take: (sha: string, note: NoteFacts) => void
  readonly shas: ReadonlySet<string>
}

/** Answers how many notes could not be handed over. */
export async function readNotes(gits: Gits, { take, shas }: ReadNotes): Promise<number> {
  const listed = await listNotes(gits, shas)
  if (listed.length === 0) return 0
  let refused = 0
  const byBlob = new Map<string, Listed[]>()
  for (const each of listed) byBlob.set(each.blob, [...(byBlob.get(each.blob) ?? []), each])
  const batch = new BatchReader((blob, text) => {
    for (const { sha, ref, form } of byBlob.get(blob) ?? []) {
      if (text === null) refused++
      else take(sha, { ref, blob, form, text })
    }
  })
  const input = [...byBlob.keys()].map((blob) => `${blob}\n`).join('')
  await gits.objects.stream(['cat-file', '--batch'], (chunk) => batch.push(chunk), input)
  return refused
}

async function listNotes({ names, objects }: Gits, shas: ReadonlySet<string>): Promise<Listed[]> {
  const patterns = ['refs/notes/ai', 'refs/notes/ai-remote', 'refs/notes/exceeds-ink', blobRefs]
  const format = '%(objectname) %(objecttype) %(refname)'
  const { stdout } = await names.run(['for-each-ref', `--format=${format}`, ...patterns])
  const refs = stdout
    .toString('utf8')
    .split('\n')
    .map((line) => /^([0-9a-f]{40,64}) (\w+) (.+)$/.exec(line)?.slice(1) ?? [])
    .flatMap(([object, type, ref]) => (object && type && ref ? [{ object, type, ref }] : []))
  const found = new Map<string, Listed>()
  const trees = refs.filter(({ ref, type }) => type === 'commit' && ref.startsWith('refs/notes/'))
  for (const { object, ref } of trees.toSorted(byPrecedence).slice(0, refsMax)) {
    for (const { sha, blob } of await listTree(objects, object)) {
      if (shas.has(sha) && !found.has(sha)) found.set(sha, { sha, ref, blob, form: 'git-ai-note' })
    }
  }
  for (const { object, type, ref } of refs) {
    const sha = ref.slice(blobRefs.length)
    if (type !== 'blob' || !ref.startsWith(blobRefs) || !shas.has(sha) || found.has(sha)) continue
    found.set(sha, { sha, ref, blob: object, form: 'authorship-blob' })
  }
  return [...found.values()]
}

function byPrecedence(a: { readonly ref: string }, b: { readonly ref: string }): number {
  const rank = (ref: string) =>
    ref === 'refs/notes/ai' ? 0 : ref.startsWith('refs/notes/ai-remote/') ? 1 : 2
  return rank(a.ref) - rank(b.ref) || (a.ref < b.ref ? -1 : 1)
}

/** Fan-out is undone by taking the slashes away. */
async function listTree(git: Git, commit: string): Promise<{ sha: string; blob: string }[]> {
  const { stdout } = await git.run(['ls-tree', '-r', '-z', '--full-tree', commit])
  return stdout
    .toString('latin1')
    .split('\0')
    .flatMap((entry) => {
      const [, blob, path] = /^\d+ blob ([0-9a-f]{40,64})\t(.+)$/.exec(entry) ?? []
      return blob && path ? [{ sha: path.replaceAll('/', ''), blob }] : []
    })
}

/** `<oid> blob <size>\n<content>\n`, or `<oid> missing\n`. */
class BatchReader {
  readonly #take: (blob: string, text: string | null) => void
  #chunks: Buffer[] = []
  #size = 0
  #blob = ''
  /** Bytes of the content that are still to come, its line feed included; -1 between two blobs. */
  #left = -1
  #kept = true

  constructor(take: (blob: string, text: string | null) => void) {
    this.#take = take
  }

  push(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) rest = this.#left < 0 ? this.#header(rest) : this.#content(rest)
  }

  #header(data: Buffer): Buffer {
    const end = data.indexOf(10)
    if (end < 0) {
      this.#keep(data)
      return Buffer.alloc(0)
    }
    this.#keep(data.subarray(0, end))
    const line = Buffer.concat(this.#chunks).toString('latin1')
    this.#clear()
    const [blob = '', type, size] = line.split(' ')
    this.#blob = blob
    if (type === 'missing' || size === undefined) this.#take(blob, null)
    else {
      this.#left = Number(size) + 1
      this.#kept = Number(size) <= noteBytesMax
    }
    return data.subarray(end + 1)
  }

  #content(data: Buffer): Buffer {
    const part = data.subarray(0, this.#left)
    this.#left -= part.length
    if (this.#kept) this.#keep(part)
    if (this.#left === 0) {
      const text = Buffer.concat(this.#chunks, Math.max(0, this.#size - 1)).toString('utf8')
      this.#take(this.#blob, this.#kept ? text : null)
      this.#clear()
      this.#left = -1
    }
    return data.subarray(part.length)
  }

  #keep(part: Buffer): void {
    this.#chunks.push(part)
    this.#size += part.length
  }

  #clear(): void {
    this.#chunks = []
    this.#size = 0
  }
}
