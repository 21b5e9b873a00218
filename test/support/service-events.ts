/** Service events as intake would write them, with what a test does not speak of filled in. */
import type { Deployment, Rollup } from '../../src/contracts/service-events.ts'

const service = 'production/shop/checkout'

/** A finished deployment to checkout; `atMs` is its time and, unless told otherwise, its arrival. */
export function deploymentOf(
  told: Partial<Deployment> & { readonly eventId: string; readonly atMs: number },
): Deployment {
  return {
    kind: 'deployment',
    service,
    named: { environment: true, namespace: true },
    eventSource: '/ci',
    action: 'deployed',
    phase: 'finished',
    startedAtMs: null,
    arrivedMs: told.atMs,
    version: null,
    previousVersion: null,
    revision: null,
    previousRevision: null,
    repository: null,
    artifactId: null,
    images: [],
    deploymentId: null,
    strategy: null,
    share: null,
    rollback: null,
    manifest: null,
    ...told,
  }
}

/** One window of 10 s of spans of checkout: nine requests of one route from instance 1. */
export function rollupOf(version: string | null, atMs: number): Rollup {
  return {
    kind: 'rollup',
    service,
    version,
    source: 'spans',
    startMs: atMs,
    sizeMs: 10_000,
    spacingMs: 0,
    arrivedMs: atMs + 10_000,
    instances: [1],
    rows: [{ route: 'POST /orders', requests: 9, errors: 0, unanswered: 0, latency: null }],
  }
}

/** A minute of metrics of checkout, that arrives when it is over. */
export function minuteOfMetrics(
  told: Pick<Rollup, 'version' | 'startMs' | 'rows'> & Partial<Rollup>,
): Rollup {
  return {
    kind: 'rollup',
    service,
    source: 'metrics',
    sizeMs: 60_000,
    spacingMs: 60_000,
    arrivedMs: told.startMs + 60_000,
    instances: [1],
    ...told,
  }
}
