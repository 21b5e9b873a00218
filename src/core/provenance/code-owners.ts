/**
 * Reads CODEOWNERS of GitHub and GitLab: who answers for a path. The last pattern that matches counts; one without
 * owners takes them away. Sections of GitLab (`[Name]`, with owners for those below) are each asked. No source but the
 * forges' documentation of the file. Pure; never throws.
 */
interface OwnerRule {
  readonly section: string
  readonly matches: Glob
  readonly owners: readonly string[]
}

export type OwnersOf = (path: string) => readonly string[]

const rulesMax = 5_000
const ownersMax = 20
const patternMax = 500
const owner = /^(?:@[\w.-]+(?:\/[\w./-]+)*|[^\s@]+@[^\s@]+)$/
const sectionLine = /^\^?\[([^\]]+)\](?:\[\d+\])?\s*(.*)$/

export function readCodeOwners(text: string): OwnersOf {
  const rules: OwnerRule[] = []
  let section = ''
  let inherited: string[] = []
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.replace(/(?:^|\s)#.*$/, '').trim()
    if (line === '' || rules.length >= rulesMax) continue
    const opened = sectionLine.exec(line)
    if (opened) {
      section = opened[1]!.toLowerCase()
      inherited = ownersIn(opened[2]!)
      continue
    }
    const [glob = '', ...rest] = line.replace(/\\ /g, '\0').split(/\s+/)
    const matches = toGlob(glob.replaceAll('\0', ' '))
    if (matches === null) continue
    const own = ownersIn(rest.join(' '))
    rules.push({ section, matches, owners: rest.length === 0 ? inherited : own })
  }
  return (path) => {
    const bySection = new Map<string, readonly string[]>()
    for (const rule of rules) if (rule.matches(path)) bySection.set(rule.section, rule.owners)
    return [...new Set([...bySection.values()].flat())]
  }
}

/** Owners of the files of a change: those of most files first. */
export function ownersOfFiles(paths: readonly string[], ownersOf: OwnersOf): string[] {
  const counts = new Map<string, number>()
  for (const path of paths) {
    for (const each of ownersOf(path)) counts.set(each, (counts.get(each) ?? 0) + 1)
  }
  return [...counts]
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, ownersMax)
    .map(([each]) => each)
}

function ownersIn(text: string): string[] {
  return text.split(/\s+/).filter((each) => owner.test(each))
}

type Glob = (path: string) => boolean

/** As in .gitignore, without negation and ranges of characters. */
function toGlob(text: string): Glob | null {
  if (text === '' || text.length > patternMax || text.startsWith('!')) return null
  const anchored = text.replace(/\/$/, '').includes('/')
  const tokens = [
    ...(anchored ? [] : ['**/']),
    ...text
      .replace(/^\//, '')
      .replace(/\/$/, '/**')
      .split(/(\*\*\/|\*+|.)/su)
      .filter((part) => part !== ''),
  ]
  // A name matches a folder with all that it holds; a last star matches files of its folder alone.
  const below = !(anchored && text.endsWith('*'))
  return (path) => {
    let at: Uint8Array = new Uint8Array(path.length + 1)
    at[0] = 1
    for (const token of tokens) at = advanced(at, token, path)
    return at.some(
      (reached, end) => reached === 1 && (end === path.length || (below && path[end] === '/')),
    )
  }
}

/** Where in the path one may be behind the token, from where one may be before it: in linear time. */
function advanced(before: Uint8Array, token: string, path: string): Uint8Array {
  const after = new Uint8Array(before.length)
  let open = false
  for (let at = 0; at < before.length; at++) {
    const reached = before[at] === 1
    if (token === '**/') {
      if (reached || (open && path[at - 1] === '/')) after[at] = 1
      open ||= reached
    } else if (token.startsWith('*')) {
      open = reached || (open && (token.length > 1 || path[at - 1] !== '/'))
      if (open) after[at] = 1
    } else if (reached && path.startsWith(token === '?' ? (path[at] ?? '') : token, at)) {
      if (token !== '?') after[at + token.length] = 1
      else if (at < path.length && path[at] !== '/') after[at + 1] = 1
    }
  }
  return after
}
