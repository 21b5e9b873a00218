/** The files under deploy/, and what their YAML says. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'

export const root = join(import.meta.dirname, '../..')
export const chart = join(root, 'deploy/helm/culprit')

export const text = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Every file of text below deploy/, by its path from the root. */
export const deployFiles: readonly string[] = readdirSync(join(root, 'deploy'), {
  recursive: true,
  encoding: 'utf8',
})
  .map((name) => join(root, 'deploy', name))
  .filter((path) => statSync(path).isFile() && !path.endsWith('.png'))
  .map((path) => relative(root, path))

// What a YAML file holds is looked at piece by piece; a piece that is missing fails the test.
// oxlint-disable-next-line typescript/no-explicit-any
export type Yaml = any

export const yaml = (path: string): Yaml => parse(text(path), { merge: true })

/** The documents of a stream that are not empty; throws when one does not parse. */
export function documents(stream: string): Yaml[] {
  return parseAllDocuments(stream).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0]!
    const value: Yaml = document.toJS()
    return value === null || value === undefined ? [] : [value]
  })
}
