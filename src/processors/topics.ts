/** Names of all topics: the inputs as other systems write them, our own with the prefix of the settings. */
import type { AttributeTopics } from './attribute/records.ts'
import type { DetectTopics } from './detect/detect.ts'

export interface Topics extends DetectTopics, AttributeTopics {
  readonly spans: string
  readonly metrics: string
  readonly logs: string
  readonly deployments: string
  readonly commands: string
  readonly deadLetters: string
}

export function topicNames(prefix: string): Topics {
  return {
    spans: 'otlp_spans',
    metrics: 'otlp_metrics',
    logs: 'otlp_logs',
    deployments: 'deployments',
    commands: `${prefix}commands`,
    serviceEvents: `${prefix}service-events`,
    findings: `${prefix}findings`,
    releases: `${prefix}releases`,
    incidents: `${prefix}incidents`,
    alerts: `${prefix}alerts`,
    rollbacks: `${prefix}rollbacks`,
    audit: `${prefix}audit`,
    deadLetters: `${prefix}dead-letters`,
  }
}
