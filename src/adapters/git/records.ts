/**
 * Records that lie in a repository beside its notes: Agent Trace files at the head of a range, and the metadata of the
 * Entire checkpoints that its messages name. Transcripts and prompts beside them are never read. Source: provenance
 * reference, sections 3.3 and 4.
 */
import type { RecordTexts } from '../../ports/git-history.ts'
import { BatchReader } from './batch-reader.ts'
import { listRefs } from './list-refs.ts'
import type { Gits } from './open-repository.ts'

const traceFile = /^\.agent-trace\/(?!outcomes\/).+\.jsonl?$/
const checkpointBranch = /^refs\/(?:heads|remotes\/[^/]+)\/entire\/checkpoints\/v1$/
const checkpointRef = /^refs\/entire\/checkpoints\/[^/]+\/([^/]+)$/
/** The first that is there counts, as at the forges. */
const ownerFiles = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS']
const filesMax = 10_000

interface Wanted {
  readonly blob: string
  readonly take: (text: string) => void
}

export async function readRecords(
  gits: Gits,
  { head, checkpointIds }: { readonly head: string; readonly checkpointIds: readonly string[] },
): Promise<Omit<RecordTexts, 'squashes'>> {
  const traces: { path: string; text: string }[] = []
  const checkpoints = new Map<string, string[]>()
  const owners = new Map<string, string>()
  const files = await filesOf(gits, head, ['.agent-trace', ...ownerFiles])
  const wanted: Wanted[] = files.map(({ path, blob }) => ({
    blob,
    take: (text) => {
      if (ownerFiles.includes(path)) owners.set(path, text)
      else if (traceFile.test(path)) traces.push({ path, text })
    },
  }))
  if (checkpointIds.length > 0) {
    for (const { id, blob } of await checkpointFiles(gits, checkpointIds)) {
      wanted.push({
        blob,
        take: (text) => checkpoints.set(id, [...(checkpoints.get(id) ?? []), text]),
      })
    }
  }
  await readBlobs(gits, wanted.slice(0, filesMax))
  const codeOwners = ownerFiles.map((path) => owners.get(path)).find((text) => text !== undefined)
  return { traces, checkpoints, codeOwners: codeOwners ?? null }
}

async function readBlobs({ objects }: Gits, wanted: readonly Wanted[]): Promise<void> {
  if (wanted.length === 0) return
  const byBlob = new Map<string, Wanted[]>()
  for (const each of wanted) byBlob.set(each.blob, [...(byBlob.get(each.blob) ?? []), each])
  const batch = new BatchReader((blob, text) => {
    for (const { take } of byBlob.get(blob) ?? []) if (text !== null) take(text)
  })
  const input = [...byBlob.keys()].map((blob) => `${blob}\n`).join('')
  await objects.stream(['cat-file', '--batch'], (chunk) => batch.push(chunk), input)
}

interface Found {
  readonly id: string
  readonly blob: string
}

/** On the branch `<id[0:2]>/<id[2:]>/…`; with newer builds a ref of its own for each checkpoint. */
async function checkpointFiles(gits: Gits, ids: readonly string[]): Promise<Found[]> {
  const patterns = ['refs/heads/entire', 'refs/remotes', 'refs/entire/checkpoints']
  const refs = await listRefs(gits, patterns)
  const found = new Map<string, Found[]>()
  for (const { object, ref } of refs) {
    const own = checkpointRef.exec(ref)?.[1]
    const at =
      own === undefined ? (checkpointBranch.test(ref) ? ids : []) : ids.filter((id) => id === own)
    const missing = at.filter((id) => !found.has(id))
    const folders = missing.map((id) =>
      own === undefined ? `${id.slice(0, 2)}/${id.slice(2)}` : '',
    )
    if (missing.length === 0) continue
    const files = await filesOf(gits, object, own === undefined ? folders : [])
    missing.forEach((id, index) => {
      const prefix = folders[index] === '' ? '' : `${folders[index]}/`
      const own_ = files
        .filter(({ path }) => path.startsWith(prefix))
        .filter(({ path }) => /^(?:\d+\/)?metadata\.json$/.test(path.slice(prefix.length)))
        .map(({ blob }) => ({ id, blob }))
      if (own_.length > 0) found.set(id, own_)
    })
  }
  return [...found.values()].flat()
}

async function filesOf(
  { objects }: Gits,
  revision: string,
  folders: readonly string[],
): Promise<{ readonly path: string; readonly blob: string }[]> {
  const files: { path: string; blob: string }[] = []
  // A command line has an end; so many folders are asked for at once.
  for (let at = 0; at < Math.max(1, folders.length); at += 500) {
    const args = [
      'ls-tree',
      '-r',
      '-z',
      '--full-tree',
      revision,
      '--',
      ...folders.slice(at, at + 500),
    ]
    const { stdout } = await objects.run(args)
    for (const entry of stdout.toString('utf8').split('\0')) {
      const [, blob, path] = /^(?:100644|100755) blob ([0-9a-f]{40,64})\t(.+)$/s.exec(entry) ?? []
      if (blob && path) files.push({ path, blob })
    }
  }
  return files
}
