/**
 * Refs with their objects' types. One that leads to nothing (a broken clone, a pruned object) is left out: where git is
 * asked for the type itself, it ends the whole list.
 */
import type { Gits } from './open-repository.ts'

export interface Ref {
  readonly object: string
  readonly type: string
  readonly ref: string
}

export async function listRefs(
  { names, objects }: Gits,
  patterns: readonly string[],
): Promise<Ref[]> {
  const { stdout } = await names.run([
    'for-each-ref',
    '--format=%(objectname) %(refname)',
    ...patterns,
  ])
  const listed = stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      const [, object, ref] = /^([0-9a-f]{40,64}) (.+)$/.exec(line) ?? []
      return object && ref ? [{ object, ref }] : []
    })
  if (listed.length === 0) return []
  const types = await typesOf(objects, [...new Set(listed.map(({ object }) => object))])
  return listed.flatMap(({ object, ref }) => {
    const type = types.get(object)
    return type === undefined ? [] : [{ object, type, ref }]
  })
}

async function typesOf(
  objects: Gits['objects'],
  shas: readonly string[],
): Promise<Map<string, string>> {
  const chunks: Buffer[] = []
  const args = ['cat-file', '--batch-check=%(objectname) %(objecttype)']
  const input = shas.map((sha) => `${sha}\n`).join('')
  await objects.stream(args, (chunk) => chunks.push(chunk), input)
  const lines = Buffer.concat(chunks).toString('latin1').split('\n')
  return new Map(
    lines.flatMap((line) => {
      const [, sha, type] = /^([0-9a-f]{40,64}) (commit|tree|blob|tag)$/.exec(line) ?? []
      return sha && type ? [[sha, type] as const] : []
    }),
  )
}
