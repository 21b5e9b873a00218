/**
 * The verdict by pull: what rollout controllers ask (contract section 10). A watch that goes on is `wait`;
 * nothing is passed for want of data.
 */
import type { Incident } from '../contracts/incident.ts'
import type { Release } from '../contracts/release.ts'

export interface VerdictQuestion {
  readonly service: string
  readonly namespace: string | null
  readonly environment: string | null
  readonly version: string | null
  readonly revision: string | null
}

export interface VerdictAnswer {
  readonly verdict: Release['verdict'] | 'unknown'
  readonly answer: 'pass' | 'fail' | 'wait' | 'inconclusive'
  readonly ok: boolean
  readonly ready: boolean
  readonly reason: string
  readonly release: string | null
  readonly incidentId: string | null
  readonly evidence: number | null
  readonly confidence: number | null
  readonly observedUntil: string | null
  readonly data: { readonly errorRate: number | null; readonly baselineErrorRate: number | null }
}

const nothing = { errorRate: null, baselineErrorRate: null }

export function answerVerdict(
  question: VerdictQuestion,
  releases: readonly Release[],
  incidents: readonly Incident[],
): VerdictAnswer {
  if (isRollbackTarget(question, incidents)) {
    return {
      ...unknown('it is what our own rollback goes back to'),
      verdict: 'unknown',
      answer: 'pass',
      ok: true,
      ready: true,
    }
  }
  const release = releases.find((each) => matches(each, question))
  if (release === undefined) return unknown('no such release yet')
  const incident = incidents.find(({ regressions }) =>
    regressions.some((each) => each.release.id === release.id),
  )
  const answer = answerOf(release, incident)
  const signals =
    incident?.regressions.find((each) => each.release.id === release.id)?.signals ?? []
  const errors = signals.find(({ signal, scope }) => signal === 'errors' && scope.route === null)
  const rate = (side: { events: number; exposure: number }) =>
    side.exposure > 0 ? side.events / side.exposure : null
  return {
    verdict: release.verdict,
    answer,
    ok: answer === 'pass',
    ready: answer !== 'wait',
    reason: release.reason,
    release: release.id,
    incidentId: incident?.id ?? null,
    evidence: release.evidence,
    confidence: release.evidence === null ? null : 1 - 1 / (1 + Math.exp(release.evidence)),
    observedUntil: release.verdictAt,
    data:
      errors === undefined
        ? nothing
        : { errorRate: rate(errors.observed), baselineErrorRate: rate(errors.baseline) },
  }
}

function unknown(reason: string): VerdictAnswer {
  return {
    verdict: 'unknown',
    answer: 'wait',
    ok: false,
    ready: false,
    reason,
    release: null,
    incidentId: null,
    evidence: null,
    confidence: null,
    observedUntil: null,
    data: nothing,
  }
}

function answerOf({ verdict }: Release, incident: Incident | undefined): VerdictAnswer['answer'] {
  switch (verdict) {
    case 'cleared':
    case 'transient':
      return 'pass'
    case 'regressed':
      return 'fail'
    case 'recovered':
      return incident?.resolution === 'rolled-back' ? 'fail' : 'pass'
    case 'watching':
    case 'suspicious':
    case 'unjoined':
      return 'wait'
    case 'inconclusive':
    case 'external':
      return 'inconclusive'
  }
}

/** An undo runs its steps again and asks about the old version: that must not be stopped. */
function isRollbackTarget(question: VerdictQuestion, incidents: readonly Incident[]): boolean {
  return incidents.some(({ suggestion, state }) => {
    if (suggestion === null || state === 'resolved') return false
    if (!['approved', 'executing', 'done', 'cured', 'persisting'].includes(suggestion.state))
      return false
    const { service, to } = suggestion
    return (
      sameService(service, question) &&
      ((question.version !== null && to.version === question.version) ||
        (question.revision !== null && samePrefix(to.revision, question.revision)))
    )
  })
}

function matches(release: Release, question: VerdictQuestion): boolean {
  if (!sameService(release.service, question)) return false
  const { version, revision } = question
  if (version === null && revision === null) return true
  if (version !== null && sameVersion(release.version, version)) return true
  return (
    revision !== null && (samePrefix(release.revision, revision) || release.version === revision)
  )
}

function sameService(service: Release['service'], question: VerdictQuestion): boolean {
  return (
    service.name === question.service &&
    (question.namespace === null || (service.namespace ?? '') === question.namespace) &&
    (question.environment === null || service.environment === question.environment)
  )
}

function sameVersion(a: string | null, b: string): boolean {
  const normal = (text: string) =>
    text
      .trim()
      .toLowerCase()
      .replace(/^v(?=\d)/, '')
  return a !== null && normal(a) === normal(b)
}

function samePrefix(a: string | null, b: string): boolean {
  if (a === null || b.length < 7) return false
  return a.startsWith(b) || b.startsWith(a)
}
