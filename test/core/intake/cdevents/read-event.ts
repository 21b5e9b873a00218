/** Reads a CDEvent of one deployment, every part of which can be overridden. */
import { expect } from 'vitest'
import { Deployment } from '../../../../src/contracts/service-events.ts'
import { readDeployment } from '../../../../src/core/intake/cdevents/deployment.ts'
import { unwrapJson } from '../../../../src/core/intake/cloudevents/unwrap.ts'

export const atMs = Date.parse('2026-11-22T09:00:00.000Z')
export const settings = { defaultEnvironment: 'default', aheadMs: 60_000, behindMs: 86_400_000 }
export const digest = 'sha256:0b31b1c02ff458ad9b7b81cbdf8f028bd54699fa151f221d1e8de6817db93427'

export interface Parts {
  readonly context?: object
  readonly subject?: object
  readonly content?: object
  readonly customData?: unknown
  readonly arrivedMs?: number
}

export function read({ context, subject, content, customData, arrivedMs = atMs }: Parts = {}) {
  const unwrapped = unwrapJson({
    context: {
      specversion: '0.5.1',
      id: 'event-1',
      source: 'https://cd.example.com',
      type: 'dev.cdevents.service.upgraded.0.3.0',
      timestamp: '2026-11-22T09:00:00.000Z',
      ...context,
    },
    subject: {
      id: '/production/shop/checkout',
      ...subject,
      content: {
        environment: { id: 'production' },
        artifactId: `pkg:oci/checkout@${encodeURIComponent(digest)}?repository_url=ghcr.io%2Facme&tag=1.42.0`,
        ...content,
      },
    },
    customData,
  })
  if (!unwrapped.ok) throw new Error(unwrapped.message)
  return readDeployment(unwrapped.event, { arrivedMs, settings })
}

/** Held to its schema. */
export function deploymentOf(parts: Parts) {
  const result = read(parts)
  if (result.act !== 'deployment') throw new Error(result.message)
  expect(Deployment.parse(result.deployment)).toEqual(result.deployment)
  return result.deployment
}
