/**
 * Who a repository is, from the address of its `origin`: host, owner and name, credentials left out. An address on
 * this machine, or none, gives the folder's name alone.
 */
import type { RepositoryId } from '../../ports/git-history.ts'

export interface Origin extends RepositoryId {
  /** Without credentials; null for a local repository. */
  readonly url: string | null
}

export function originOf(address: string, folder: string): Origin {
  const remote = parseRemote(address.trim())
  if (remote === null) return { host: '', owner: '', name: folderName(folder), url: null }
  const segments = remote.path
    .replace(/\.git\/?$/, '')
    .split('/')
    .filter((segment) => segment !== '')
  const name = segments.at(-1) ?? ''
  if (name === '') return { host: '', owner: '', name: folderName(folder), url: null }
  const owner = segments.slice(0, -1).join('/')
  const path = segments.join('/')
  return { host: remote.host, owner, name, url: `${remote.web}/${path}` }
}

function parseRemote(
  address: string,
): { readonly host: string; readonly path: string; readonly web: string } | null {
  // scp-like: git@github.com:acme/checkout.git
  const scp = /^(?:[\w.-]+@)?([\w.-]{2,}):(?!\/\/)(\S+)$/.exec(address)
  if (scp)
    return { host: scp[1]!.toLowerCase(), path: scp[2]!, web: `https://${scp[1]!.toLowerCase()}` }
  if (!/^(?:https?|ssh|git):\/\//i.test(address) || !URL.canParse(address)) return null
  const { hostname, host, pathname, protocol } = new URL(address)
  if (hostname === '') return null
  const web =
    protocol === 'http:' || protocol === 'https:' ? `${protocol}//${host}` : `https://${hostname}`
  return { host: hostname.toLowerCase(), path: decoded(pathname), web }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function folderName(folder: string): string {
  const parts = folder.split(/[/\\]/).filter((part) => part !== '')
  const last = parts.at(-1) === '.git' ? parts.at(-2) : parts.at(-1)
  return last?.replace(/\.git$/, '') || 'repository'
}
