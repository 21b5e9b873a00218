/**
 * `--repo PATH`: the changes of a release whose deployment names its revisions but carries no manifest,
 * from the first repository that has both. Where none has, the release is a suspect as a whole.
 */
import type { Config } from '../../config/settings.ts'
import type { Deployment } from '../../contracts/service-events.ts'
import { gitHistory } from '../changes/read-history.ts'

export type FindManifest = (deployment: Deployment) => Promise<Deployment['manifest']>

export function findManifestIn(
  paths: readonly string[],
  provenance: Pick<Config['provenance'], 'people' | 'tokens' | 'rules'>,
): FindManifest {
  const histories = paths.map((path) => gitHistory({ path, blame: true, provenance }))
  return async (deployment) => {
    const { revision: to, previousRevision: from, manifest, service } = deployment
    if (manifest !== null || to === null || from === null) return manifest
    for (const history of histories) {
      const answer = await history.changes({ from, to })
      if (answer.outcome !== 'read') continue
      const environment = service.slice(0, service.indexOf('/'))
      return {
        delta: { ...answer.delta, service, environment },
        cut: { changes: 0, files: 0, ranges: 0, tokens: 0 },
        changes: [...answer.changes],
      }
    }
    return null
  }
}
