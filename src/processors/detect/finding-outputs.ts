/** Findings as records of `culprit.findings`: keyed by environment; a tick goes to every partition. */
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
      value: Buffer.from(JSON.stringify(finding)),
      headers: { 'culprit-schema': 'findings/1', 'content-type': 'application/json' },
    }
  })
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
