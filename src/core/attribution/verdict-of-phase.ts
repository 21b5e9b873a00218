/**
 * Verdicts that need no evidence: those of releases whose telemetry never came or came too late, and the
 * last word on a release when the recorded input ends. Times are milliseconds of event time.
 */
import type { ReleaseFinding } from '../../contracts/findings.ts'
import type { VerdictState } from './verdict.ts'

/** `unjoined` and `late` are set where deployments meet telemetry. */
export function verdictOfPhase(
  { phase, note, startedAtMs }: ReleaseFinding,
  verdict: VerdictState,
  nowMs: number,
): VerdictState {
  const atMs = Math.max(nowMs, startedAtMs)
  if (phase === 'unjoined' && verdict.verdict !== 'unjoined') {
    return { ...verdict, verdict: 'unjoined', reason: note ?? 'no telemetry', atMs }
  }
  if (phase === 'late' && verdict.verdict === 'watching') {
    const reason = 'known too late: the event came 2 h or more after the deployment'
    return { ...verdict, verdict: 'inconclusive', reason, atMs, final: true }
  }
  if (phase === 'watched' && verdict.verdict === 'unjoined') {
    return { ...verdict, verdict: 'watching', reason: 'telemetry has come', atMs }
  }
  return verdict
}

/** What is said of a release that was still open when the input ended. */
export function lastVerdict(
  { exposedAtMs, note }: ReleaseFinding,
  verdict: VerdictState,
  nowMs: number,
): VerdictState {
  const settled = { ...verdict, final: true, atMs: nowMs }
  if (verdict.verdict !== 'watching') return settled
  if (exposedAtMs === null) {
    return { ...settled, verdict: 'unjoined', reason: note ?? 'no telemetry until the input ended' }
  }
  return { ...settled, verdict: 'inconclusive', reason: 'too little telemetry to judge' }
}
