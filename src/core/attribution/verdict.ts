/**
 * The verdict of a release: the decision state machine (detection reference, section 12), with the vetoes
 * that need the whole environment. One-way per episode but for suspicious <-> watching and a relapse.
 *
 * Pure. Evidence is natural-log, times are milliseconds of event time. No data is never health: a watch
 * that ends without evidence of equivalence is `inconclusive`.
 */
import type { EvidenceFinding, StreamEvidence } from '../../contracts/findings.ts'
import type { Verdict } from '../../contracts/release.ts'
import {
  hasRecovered,
  isMaterial,
  judgeDefaults,
  judgeRelease,
  overallLogE,
  standsAlone,
} from '../detection/judge.ts'
import { isSharedWithOld } from './shared-shift.ts'
import {
  clearedReason,
  describe,
  gapsClause,
  inconclusiveReason,
  reasonOf,
  watchingReason,
} from './verdict-words.ts'

/** Back to usual this soon after the onset, and without a rollback, it was transient. */
export const transientWithinMs = 15 * 60_000
/** P(back to usual) at or below which a recovered release has relapsed. */
const relapseProbabilityMax = 0.05
/** A stop of traffic is told when its evidence has stood this long: restarts and gaps are shorter. */
export const trafficConfirmMs = 60_000

export interface VerdictState {
  verdict: Verdict
  reason: string
  /** Event time of the last change of verdict. */
  atMs: number | null
  evidence: number | null
  regressedAtMs: number | null
  onsetMs: number | null
  /** Since when only traffic speaks for `regressed`. */
  trafficSinceMs: number | null
  final: boolean
}

export function firstVerdict(): VerdictState {
  return {
    verdict: 'watching',
    reason: 'waiting for telemetry',
    atMs: null,
    evidence: null,
    regressedAtMs: null,
    onsetMs: null,
    trafficSinceMs: null,
    final: false,
  }
}

/** What other services and people say at that moment. */
export interface Vetoes {
  /** Unchanged siblings, or routes that no change reaches, with the same shift and overlapping onset. */
  readonly shared: readonly string[]
  /** Many services of the environment fell silent at once. */
  readonly massSilence: boolean
  /** A rollback or other release of the service came after this one. */
  readonly undone: boolean
}

export function decideVerdict(
  before: VerdictState,
  evidence: EvidenceFinding,
  vetoes: Vetoes,
): VerdictState {
  const told = overallLogE(evidence.logE, evidence.streams)
  const next = { ...before, evidence: told, final: evidence.final }
  const settled = judged(next, evidence, vetoes)
  const changed = settled.verdict !== before.verdict
  // What a slow source tells is older than what was said of the release meanwhile: time does not go back.
  const atMs = Math.max(evidence.atMs, before.atMs ?? 0)
  return { ...next, ...settled, atMs: changed ? atMs : before.atMs }
}

type Decision = Pick<VerdictState, 'verdict' | 'reason'> &
  Partial<Pick<VerdictState, 'regressedAtMs' | 'onsetMs' | 'trafficSinceMs'>>

function judged(state: VerdictState, evidence: EvidenceFinding, vetoes: Vetoes): Decision {
  const loud = loudStreams(evidence)
  if (state.verdict === 'recovered' || state.verdict === 'transient') {
    const relapsed = loud.some((stream) => isMaterial(stream, judgeDefaults) && isBack(stream))
    if (!relapsed || !isAlarming(evidence)) return state
  }
  if (state.verdict === 'regressed') return regressedStill(state, evidence, loud, vetoes)
  const { state: said, why } = judgeRelease(evidence)
  if (said === 'regressed') return alarmed(state, evidence, loud, vetoes)
  const trafficSinceMs = null
  if (said === 'suspicious') {
    const back = loud.length > 0 && loud.every((stream) => hasRecovered(stream))
    if (back && state.verdict === 'suspicious') {
      return {
        verdict: 'transient',
        reason: `${describe(loud[0]!)}, and back to usual`,
        trafficSinceMs,
      }
    }
    if (!evidence.final)
      return { verdict: 'suspicious', reason: reasonOf(loud, why), trafficSinceMs }
    return {
      verdict: 'inconclusive',
      reason: `suspicious to the end: ${reasonOf(loud, why)}`,
      trafficSinceMs,
    }
  }
  if (said === 'watching')
    return { verdict: 'watching', reason: watchingReason(evidence), trafficSinceMs }
  if (said === 'cleared') {
    const reason = `${clearedReason(evidence)}${gapsClause(evidence)}`
    return { verdict: 'cleared', reason, trafficSinceMs }
  }
  const excuse = inconclusiveReason(evidence, why)
  const reason = why.includes('telemetry') ? excuse : `${excuse}${gapsClause(evidence)}`
  return { verdict: 'inconclusive', reason, trafficSinceMs }
}

/** The whole says `regressed`, or one that stands alone does. */
function isAlarming({ logE, streams }: EvidenceFinding): boolean {
  const alone = streams.some((stream) => standsAlone(stream) && isMaterial(stream, judgeDefaults))
  return alone || logE >= judgeDefaults.regressedLogE
}

/** Streams that speak, loudest first. */
export function loudStreams(evidence: EvidenceFinding): StreamEvidence[] {
  return evidence.streams
    .filter(({ logE }) => logE >= judgeDefaults.suspiciousLogE)
    .sort((a, b) => b.logE + Math.log(b.weight) - a.logE - Math.log(a.weight))
}

function alarmed(
  state: VerdictState,
  evidence: EvidenceFinding,
  loud: readonly StreamEvidence[],
  vetoes: Vetoes,
): Decision {
  const material = loud.filter((stream) => isMaterial(stream, judgeDefaults))
  const lead = material[0] ?? loud[0]!
  const trafficOnly = material.every(({ signal }) => signal === 'traffic')
  if (
    !trafficOnly &&
    lead.mode === 'forecast' &&
    evidence.preTrend !== null &&
    evidence.preTrend >= judgeDefaults.suspiciousLogE
  ) {
    return suspicion(evidence, `${describe(lead)}, but it began before the release`)
  }
  if (material.length > 0 && material.every(({ falseShare }) => falseShare !== undefined)) {
    const share = `${Math.round(100 * lead.falseShare!)} %`
    return suspicion(evidence, `${describe(lead)}, but ${share} of its quiet hours look like this`)
  }
  if (lead.mode === 'forecast' && !trafficOnly) {
    if (isSharedWithOld(evidence)) {
      return {
        verdict: 'external',
        reason: `${describe(lead)}, and so in the old version beside it`,
      }
    }
    const others = vetoes.shared.slice(0, 3).join(', ')
    if (others !== '') {
      return { verdict: 'external', reason: `${describe(lead)}, and so in unchanged ${others}` }
    }
    // What was shared once is not this release's for having become usual elsewhere.
    if (state.verdict === 'external') return { verdict: 'external', reason: state.reason }
  }
  if (material.every((stream) => hasRecovered(stream))) {
    return { verdict: 'transient', reason: `${describe(lead)}, and back to usual` }
  }
  if (trafficOnly) {
    const waits = trafficVeto(state, evidence, lead, vetoes)
    if (waits !== null) return waits
  }
  const onsetMs = lead.onset?.atMs ?? evidence.atMs
  return { verdict: 'regressed', reason: describe(lead), regressedAtMs: evidence.atMs, onsetMs }
}

/** A relapse needs as much certainty as the recovery did: one bad minute is none. */
function isBack({ recovered }: StreamEvidence): boolean {
  return recovered !== null && recovered <= relapseProbabilityMax
}

function suspicion(evidence: EvidenceFinding, reason: string): Decision {
  return { verdict: evidence.final ? 'inconclusive' : 'suspicious', reason }
}

function trafficVeto(
  state: VerdictState,
  evidence: EvidenceFinding,
  lead: StreamEvidence,
  vetoes: Vetoes,
): Decision | null {
  if (vetoes.massSilence) {
    return {
      verdict: 'inconclusive',
      reason: 'many services fell silent at once: telemetry, not one release',
      trafficSinceMs: null,
    }
  }
  const { instances } = evidence
  const fewer = instances !== null && instances.now > 0 && instances.now < instances.before
  if (fewer) {
    return {
      verdict: 'inconclusive',
      reason: `${instances.now} of ${instances.before} instances are heard; nothing is known of the others`,
      trafficSinceMs: null,
    }
  }
  const trafficSinceMs = state.trafficSinceMs ?? evidence.atMs
  if (evidence.heardElsewhere === true) {
    const reason =
      'requests still come by another source: its telemetry has changed, not its traffic'
    return { ...suspicion(evidence, reason), trafficSinceMs }
  }
  if (evidence.atMs - trafficSinceMs >= trafficConfirmMs) return null
  return { ...suspicion(evidence, describe(lead)), trafficSinceMs }
}

function regressedStill(
  state: VerdictState,
  evidence: EvidenceFinding,
  loud: readonly StreamEvidence[],
  { undone }: Vetoes,
): Decision {
  const [lead] = loud
  const levels = levelsOf(evidence, loud)
  if (levels.length === 0 || !levels.every((stream) => hasRecovered(stream))) {
    return { verdict: 'regressed', reason: lead ? describe(lead) : state.reason }
  }
  const sinceOnsetMs = evidence.atMs - (state.onsetMs ?? evidence.atMs)
  const reason = `${lead ? describe(lead) : state.reason}, and back to usual`
  if (!undone && sinceOnsetMs <= transientWithinMs) return { verdict: 'transient', reason }
  return { verdict: 'recovered', reason }
}

/**
 * The streams that say whether it is over. New error kinds have no level to come back to. A route has a few of the
 * service's events, and a caller more of its own trouble than of the release's: both would know much later than the
 * whole. Where the evidence itself has gone meanwhile, what had been suspicious still tells.
 */
function levelsOf({ streams }: EvidenceFinding, loud: readonly StreamEvidence[]): StreamEvidence[] {
  const isOwn = ({ scope }: StreamEvidence) => scope.caller === null
  const isWhole = (stream: StreamEvidence) => isOwn(stream) && stream.scope.route === null
  const told = loud.filter(({ recovered }) => recovered !== null)
  const once = streams.filter(({ recovered }) => recovered !== null)
  const candidates = [
    told.filter(isWhole),
    told.filter(isOwn),
    once.filter(isWhole),
    once.filter(isOwn),
    once,
  ]
  return candidates.find((each) => each.length > 0) ?? []
}
