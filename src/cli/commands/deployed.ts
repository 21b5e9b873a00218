/** `culprit deployed`: tells a running Culprit of a deployment, with the changes that it brought; or prints it. */
import { configure } from '../configure.ts'
import { formatServiceKey } from '../../core/kernel/service-key.ts'
import { readAttestation } from '../deployed/attestation.ts'
import { readPullFile } from '../changes/pull-requests.ts'
import { readHistory } from '../changes/read-history.ts'
import { deploymentEvent, type DeploymentFacts } from '../deployed/event.ts'
import { postEvent } from '../deployed/post-event.ts'
import { UsageError } from '../../core/kernel/errors.ts'
import { writeOut } from '../write-out.ts'

export interface DeployedFlags {
  readonly config?: string
  readonly set: readonly string[]
  readonly service: string
  readonly namespace?: string
  readonly environment: string
  readonly version: string
  readonly previousVersion?: string
  readonly revision?: string
  readonly artifact?: string
  readonly repo?: string
  readonly pr?: string
  readonly attestation?: string
  readonly from?: string
  readonly to?: string
  readonly action: DeploymentFacts['action']
  readonly strategy?: string
  readonly phase?: string
  readonly share?: number
  readonly deploymentId?: string
  readonly at?: number
  readonly id?: string
  readonly url?: string
  readonly print: boolean
  readonly json: boolean
}

/** Stands for a base that nobody knows, as forges send it. */
const noRevision = '0'.repeat(40)

export async function runDeployed(flags: DeployedFlags): Promise<void> {
  const { config } = configure(flags)
  const service = {
    environment: named('--environment', flags.environment),
    namespace: flags.namespace === undefined ? null : named('--namespace', flags.namespace),
    name: named('--service', flags.service),
  }
  const version = named('--version', flags.version)
  if (flags.print && flags.url !== undefined) throw new UsageError('--print or --url, not both')
  const source = readAttestation(flags.attestation)
  const revision = flags.revision ?? source?.revision ?? null
  const history = await historyOf(
    { ...flags, ...(revision === null ? {} : { revision }) },
    config.provenance,
  )
  const event = deploymentEvent({
    service,
    action: flags.action,
    version,
    previousVersion: flags.previousVersion ?? null,
    revision: history?.delta.revision ?? revision,
    previousRevision: history?.delta.previousRevision ?? null,
    repositoryUrl: history?.repository.url ?? source?.repository ?? null,
    artifactId: flags.artifact ?? null,
    strategy: flags.strategy ?? null,
    phase: flags.phase ?? null,
    share: flags.share ?? null,
    deploymentId: flags.deploymentId ?? null,
    atMs: flags.at ?? Date.now(),
    id: flags.id ?? null,
    history: history && { delta: history.delta, changes: history.changes.toReversed() },
  })
  if (flags.print) {
    writeOut(`${JSON.stringify(event)}\n`)
    return
  }
  const key = formatServiceKey(service)
  const { taken, joined, hint } = await postEvent({ event, service: key, version, url: flags.url })
  if (!taken) process.exitCode = 1
  const line = { id: event.context.id, service: key, taken, joined, hint }
  writeOut(flags.json ? `${JSON.stringify(line)}\n` : `${hint}\n`)
}

function named(option: string, value: string): string {
  if (value.trim() === '') throw new UsageError(`${option} is empty`)
  return value.trim()
}

async function historyOf(
  flags: DeployedFlags,
  provenance: Parameters<typeof readHistory>[0]['provenance'],
): Promise<Awaited<ReturnType<typeof readHistory>> | null> {
  const { repo, from, to, revision } = flags
  if (repo === undefined) {
    if (from !== undefined || to !== undefined) throw new UsageError('--from and --to want --repo')
    if (flags.pr !== undefined) throw new UsageError('--pr wants --repo')
    return null
  }
  const range = { from: from ?? noRevision, to: to ?? revision ?? 'HEAD' }
  const pulls = readPullFile(flags.pr)
  return readHistory({ path: repo, blame: true, provenance, pulls }, range)
}
