/**
 * Every installed dependency has one of the licences that we may ship with. Exit 1 names those that do not.
 * An expression with OR passes when one side does.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const allowed = /^(MIT|MIT-0|ISC|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|0BSD|CC0-1\.0)$/
/** Tools that run while developing and never ship, with the reason why each is tolerated. */
const tolerated: readonly { readonly name: RegExp; readonly why: string }[] = [
  { name: /^lightningcss(-|$)/, why: 'MPL-2.0: a binary that Vite runs to make the page' },
  {
    name: /^caniuse-lite$/,
    why: 'CC-BY-4.0: a table of browsers that Babel reads to make the page',
  },
  {
    name: /^(graceful-fs|jackspeak|minipass|package-json-from-dist|path-scurry)$/,
    why: 'BlueOak-1.0.0: below testcontainers',
  },
  { name: /^tweetnacl$/, why: 'Unlicense: below testcontainers' },
]

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly license?: string; readonly dev?: boolean; readonly optional?: boolean }
    >
  >
}

const root = join(import.meta.dirname, '../..')
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
const refused: string[] = []
let count = 0
for (const [path, { license, dev }] of Object.entries(lock.packages)) {
  if (path === '') continue
  count++
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const stated = license ?? licenceIn(path)
  const known = dev === true && tolerated.some((each) => each.name.test(name))
  if (!passes(stated) && !known) refused.push(`${path}: ${stated ?? 'no licence stated'}`)
}
process.stdout.write(`${count} packages, ${refused.length} with another licence\n`)
for (const line of refused) process.stdout.write(`  ${line}\n`)
if (refused.length > 0) process.exitCode = 1

function passes(stated: string | null): boolean {
  if (stated === null) return false
  return stated
    .replace(/^\(|\)$/g, '')
    .split(/ OR /)
    .some((side) =>
      side.split(/ AND /).every((each) => allowed.test(each.replace(/[()]/g, '').trim())),
    )
}

function licenceIn(path: string): string | null {
  try {
    const { license, licenses } = JSON.parse(
      readFileSync(join(root, path, 'package.json'), 'utf8'),
    ) as { license?: string; licenses?: { type: string }[] }
    return license ?? licenses?.map(({ type }) => type).join(' AND ') ?? null
  } catch {
    return null
  }
}
