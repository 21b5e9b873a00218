/** Deployment events out of what a door or a topic was given: outputs, and what became of each event. */
import { readDeployment, type DeploymentSettings } from '../../core/intake/cdevents/deployment.ts'
import type { Unwrapped } from '../../core/intake/cloudevents/unwrap.ts'
import type { Deployment } from '../../contracts/service-events.ts'

export interface DeploymentsRead {
  readonly deployments: readonly Deployment[]
  readonly notes: readonly string[]
  readonly ignored: number
  /** Reason and message of each event that was refused. */
  readonly refused: readonly { readonly reason: string; readonly message: string }[]
}

export function readDeployments(
  unwrapped: readonly Unwrapped[],
  context: { readonly arrivedMs: number; readonly settings: DeploymentSettings },
): DeploymentsRead {
  const deployments: Deployment[] = []
  const notes: string[] = []
  const refused: { reason: string; message: string }[] = []
  let ignored = 0
  for (const each of unwrapped) {
    if (!each.ok) {
      refused.push(each)
      continue
    }
    const read = readDeployment(each.event, context)
    if (read.act === 'deployment') {
      deployments.push(read.deployment)
      notes.push(...read.notes)
    } else if (read.act === 'ignored') ignored++
    else refused.push(read)
  }
  return { deployments, notes, ignored, refused }
}
