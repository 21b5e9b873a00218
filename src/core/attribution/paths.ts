/**
 * Which file of a repository a production path means: `/app/front/server.js`, `PriceService.java`,
 * `/usr/lib/python3/site-packages/shop/price.py`, `webpack:///./src/cart.ts`. Pure text.
 *
 * The longest common suffix of path segments decides; at least the file name must agree, and two files that
 * agree equally well are no match. Compiled JavaScript matches its TypeScript, but then lines do not count.
 */

export interface PathMatch {
  readonly path: string
  /** Segments in common. */
  readonly depth: number
  /** Same extension: line numbers are those of the source. */
  readonly sameLines: boolean
}

/** Folders that a deployment or a build puts before (or instead of) the repository's own. */
const roots = new Set(
  (
    'app apps src dist build out lib code srv workspace work main java kotlin python site-packages ' +
    'dist-packages go root service services packages server opt home usr var tmp target classes'
  ).split(' '),
)

const compiled = /\.(?:[cm]?[jt]sx?)$/

export function segmentsOf(path: string): string[] {
  return path
    .replace(/^[a-z][a-z0-9+.-]*:\/\/+/i, '')
    .replace(/[?#].*$/, '')
    .split(/[\\/]+/)
    .filter((segment) => segment !== '' && segment !== '.')
}

function stem(name: string): string {
  return name.replace(compiled, '.js')
}

/** Segments in common from the end, the file name by its stem. 0: not the same file. */
function commonDepth(a: readonly string[], b: readonly string[]): number {
  if (stem(a.at(-1) ?? '') !== stem(b.at(-1) ?? '') || a.length === 0) return 0
  let depth = 1
  while (depth < a.length && depth < b.length && a.at(-1 - depth) === b.at(-1 - depth)) depth++
  return depth
}

export interface PathContext {
  /** Name of the service that the production path comes from. */
  readonly service: string
  /** Names of the services around it: a folder of theirs is not this service's. */
  readonly otherServices: readonly string[]
}

/** The one repository path that `production` means, among `paths`; null when none or several do. */
export function matchPath(
  production: string,
  paths: readonly string[],
  context: PathContext | null = null,
): PathMatch | null {
  const segments = segmentsOf(production)
  const matches = [...new Set(paths)].flatMap((path) => {
    const own = segmentsOf(path)
    const depth = commonDepth(segments, own)
    if (depth === 0 || contradicts(segments, own, depth, context)) return []
    return { path, depth, own, sameLines: segments.at(-1) === own.at(-1) }
  })
  const depthMax = Math.max(0, ...matches.map(({ depth }) => depth))
  let best = matches.filter(({ depth }) => depth === depthMax)
  if (best.length > 1 && context) {
    best = best.filter(({ own }) => own.slice(0, -1).includes(context.service))
  }
  const [match] = best
  if (best.length !== 1 || !match) return null
  return { path: match.path, depth: match.depth, sameLines: match.sameLines }
}

/**
 * Beyond the common part the two paths differ: fine where one of them ends there or goes on with a folder
 * of builds and containers, a contradiction where both name real folders or another service's.
 */
function contradicts(
  production: readonly string[],
  repository: readonly string[],
  depth: number,
  context: PathContext | null,
): boolean {
  const there = production.at(-1 - depth)
  const here = repository.at(-1 - depth)
  const inner = repository.slice(0, -depth)
  if (context && inner.some((segment) => context.otherServices.includes(segment))) return true
  if (there === undefined || here === undefined || here === context?.service) return false
  return !roots.has(there.toLowerCase()) && !roots.has(here.toLowerCase())
}

/** Whether a production path and a repository path may be the same file. */
export function samePath(production: string, repository: string): boolean {
  return matchPath(production, [repository]) !== null
}
