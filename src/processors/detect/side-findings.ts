/**
 * What a service says beside its releases: that it fell silent or speaks again, and who calls it.
 *
 * Each notes in the state what it said, so that it is said once; edges are said again every hour. Milliseconds.
 */
import type { Finding } from '../../contracts/findings.ts'
import type { Closed } from './closing.ts'
import type { ServiceState } from './service-state.ts'

const edgeRefreshMs = 3_600_000

/** Says when a service that had traffic falls silent, and when it speaks again. */
export function silenceFindings(state: ServiceState, closed: readonly Closed[]): Finding[] {
  const findings: Finding[] = []
  for (const each of closed) {
    if (each.kind !== 'bucket' || each.bucket.missing) continue
    if (each.track === 'calls' || each.track === 'counts') continue
    const silent = each.bucket.cells.size === 0
    if (silent === state.silent) continue
    state.silent = silent
    findings.push({ kind: 'silence', service: state.key, atMs: each.bucket.endMs, silent })
  }
  return findings
}

export function edgeFindings(state: ServiceState, nowMs: number): Finding[] {
  const findings: Finding[] = []
  for (const caller of [...state.callers.keys()].sort()) {
    const saidMs = state.edgesSaid.get(caller)
    if (saidMs !== undefined && nowMs - saidMs < edgeRefreshMs) continue
    state.edgesSaid.set(caller, nowMs)
    findings.push({ kind: 'edge', caller, callee: state.key, atMs: state.callers.get(caller)! })
  }
  return findings
}
