/**
 * The AI notes of commits: one listing a ref, then all blobs through one `git cat-file --batch`.
 *
 * Of Git AI's refs the first that has a note of a commit wins: `refs/notes/ai`, `refs/notes/ai-remote/*`,
 * `refs/notes/exceeds-ink`, and the older `refs/ai/authorship/<sha>`; `refs/notes/agent-trace` stands beside them.
 * A note beyond 16 MiB is refused and counted. Source: provenance reference, sections 2.1 and 3.3.
 */
import type { NoteFacts } from '../../ports/git-history.ts'
import { BatchReader } from './batch-reader.ts'
import type { Git } from './git.ts'
import { listRefs } from './list-refs.ts'
import type { Gits } from './open-repository.ts'

interface Listed {
  readonly sha: string
  readonly ref: string
  readonly blob: string
  readonly form: NoteFacts['form']
}

const refsMax = 100
const traceRef = 'refs/notes/agent-trace'
const blobRefs = 'refs/ai/authorship/'

export interface ReadNotes {
  /** All notes of one commit at once, the commits in no promised order; their text is not kept. */
  readonly take: (sha: string, notes: readonly NoteFacts[]) => void
  readonly shas: ReadonlySet<string>
}

/** The notes of one repository: its refs are listed once, whoever asks. */
export class Notes {
  readonly #gits: Gits
  #listed: Promise<ReadonlyMap<string, readonly Listed[]>> | null = null

  constructor(gits: Gits) {
    this.#gits = gits
  }

  /** All commits that have a note of any kind, whether they are there or not. */
  async commits(): Promise<ReadonlySet<string>> {
    return new Set((await this.#all()).keys())
  }

  /** Answers how many notes could not be handed over. */
  async read({ take, shas }: ReadNotes): Promise<number> {
    const all = await this.#all()
    const byBlob = new Map<string, Listed[]>()
    const awaited = new Map<string, number>()
    for (const sha of shas) {
      const own = all.get(sha) ?? []
      if (own.length > 0) awaited.set(sha, own.length)
      for (const each of own) {
        const same = byBlob.get(each.blob)
        if (same === undefined) byBlob.set(each.blob, [each])
        else same.push(each)
      }
    }
    if (byBlob.size === 0) return 0
    let refused = 0
    const held = new Map<string, NoteFacts[]>()
    const batch = new BatchReader((blob, text) => {
      for (const { sha, ref, form } of byBlob.get(blob) ?? []) {
        const notes = held.get(sha) ?? []
        if (text === null) refused++
        else notes.push({ ref, blob, form, text })
        const left = awaited.get(sha)! - 1
        awaited.set(sha, left)
        if (left > 0) held.set(sha, notes)
        else {
          held.delete(sha)
          take(sha, notes)
        }
      }
    })
    const input = [...byBlob.keys()].map((blob) => `${blob}\n`).join('')
    await this.#gits.objects.stream(['cat-file', '--batch'], (chunk) => batch.push(chunk), input)
    return refused
  }

  #all(): Promise<ReadonlyMap<string, readonly Listed[]>> {
    this.#listed ??= listNotes(this.#gits)
    return this.#listed
  }
}

/** By commit: at most one note of Git AI's forms, then that of Agent Trace. */
async function listNotes(gits: Gits): Promise<ReadonlyMap<string, readonly Listed[]>> {
  const patterns = [
    'refs/notes/ai',
    'refs/notes/ai-remote',
    'refs/notes/exceeds-ink',
    traceRef,
    blobRefs,
  ]
  const refs = await listRefs(gits, patterns)
  const found = new Map<string, Listed>()
  const traces: Listed[] = []
  const trees = refs.filter(({ ref, type }) => type === 'commit' && ref.startsWith('refs/notes/'))
  for (const { object, ref } of trees.toSorted(byPrecedence).slice(0, refsMax)) {
    for (const { sha, blob } of await listTree(gits.objects, object)) {
      if (ref === traceRef) traces.push({ sha, ref, blob, form: 'agent-trace' })
      else if (!found.has(sha)) found.set(sha, { sha, ref, blob, form: 'git-ai-note' })
    }
  }
  for (const { object, type, ref } of refs) {
    const sha = ref.slice(blobRefs.length)
    if (type !== 'blob' || !ref.startsWith(blobRefs) || found.has(sha)) continue
    found.set(sha, { sha, ref, blob: object, form: 'authorship-blob' })
  }
  const all = new Map<string, Listed[]>([...found].map(([sha, each]) => [sha, [each]]))
  for (const each of traces) all.set(each.sha, [...(all.get(each.sha) ?? []), each])
  return all
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
