/** What Node has compiled of the program is kept for the next start, which takes half as long. */
import { mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

/**
 * In the user's own cache folder (XDG Base Directory Specification), never in the temporary one that others share:
 * what lies there is run. Without such a folder, or where it cannot be written, nothing is kept.
 */
export function keepCompiled(env: Readonly<Record<string, string | undefined>>): void {
  const { XDG_CACHE_HOME: told, HOME: home } = env
  const caches = told || (home && join(home, '.cache'))
  if (!caches) return
  const folder = join(caches, 'culprit')
  if (isFolder(caches) && isFolder(folder)) enableCompileCache(folder)
}

/** It is there, or could be made. */
function isFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 })
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST'
  }
}
