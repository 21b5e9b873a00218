/**
 * Findings as records of `culprit.findings`: keyed by environment; a tick goes to every partition.
 *
 * JSON knows no NaN and no Infinity, and a record with one is read by nobody: a stream that has come to such a number
 * is left out, so that the others are still heard.
 */
import type { Finding } from '../../contracts/findings.ts'
import { serviceEnvironment } from '../../core/kernel/service-key.ts'
import type { Output } from '../processor.ts'

export function findingOutputs(findings: readonly Finding[], topic: string): Output[] {
  return findings.map((finding) => {
    const key = environmentOf(finding)
    return {
      topic,
      key,
      partitionBy: finding.kind === 'tick' ? { every: true } : (key ?? ''),
      value: Buffer.from(JSON.stringify(sound(finding))),
      headers: { 'culprit-schema': 'findings/1', 'content-type': 'application/json' },
    }
  })
}

function sound(finding: Finding): Finding {
  if (finding.kind !== 'evidence' || finding.streams.every(allFinite)) return finding
  return { ...finding, streams: finding.streams.filter(allFinite) }
}

/** Of a value with all that it holds. */
function allFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(allFinite)
}

function environmentOf(finding: Finding): string | null {
  switch (finding.kind) {
    case 'release':
    case 'evidence':
    case 'silence':
      return serviceEnvironment(finding.service)
    case 'edge':
      return serviceEnvironment(finding.callee)
    case 'tick':
    case 'command':
      return null
  }
}
