/**
 * A folder with those above it, one by one: Node's own recursive call does not come back where a file system
 * says of each attempt that the folder above is missing, as /proc does. Throws what the first failure was.
 */
import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

export function makeFolder(path: string): void {
  const missing: string[] = []
  let at = resolve(path)
  while (!isFolder(at)) {
    missing.push(at)
    const above = dirname(at)
    if (above === at) break
    at = above
  }
  for (const folder of missing.reverse()) {
    try {
      mkdirSync(folder)
    } catch (error) {
      // Another process may have made it meanwhile.
      if (!isFolder(folder)) throw error
    }
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
