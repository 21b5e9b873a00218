/**
 * The rollback suggestion of an incident: where to, what speaks against it, and what a person would type.
 *
 * Culprit suggests; nothing here acts. A refusal is a reason not to do it blindly, a check is one that was
 * looked for and not found. Commands are templates over names that the release itself carries.
 */
import type { ReleaseFinding } from '../../contracts/findings.ts'
import type { Verdict } from '../../contracts/release.ts'
import type { Rollback } from '../../contracts/rollback.ts'
import { hashFacts } from '../kernel/ids.ts'
import { formatInstant } from '../kernel/instant.ts'
import { parseServiceKey } from '../kernel/service-key.ts'

const hourMs = 3_600_000
/** A release this old has too much built on it to be undone without thought. */
const tooOldMs = 24 * hourMs

export interface SuggestionFacts {
  readonly incident: string
  readonly release: ReleaseFinding
  /** The release before, where Culprit knows it, and its verdict. */
  readonly previous: { readonly finding: ReleaseFinding; readonly verdict: Verdict } | null
  /** A later release of the same service, if there is one. */
  readonly later: ReleaseFinding | null
  /** Probability that undoing this release helps: mass of the suspects that are in it. */
  readonly confidence: number
  /** Change that is named, for the git command. */
  readonly commit: string | null
  readonly atMs: number
}

/** Null where there is nothing to go back to, or the release has been left already. */
export function suggestRollback(facts: SuggestionFacts): Rollback | null {
  const { release, previous, later, incident, atMs } = facts
  if (later !== null || release.rollback !== null) return null
  if (release.previousVersion === null && release.previousCommit === null) return null
  const service = parseServiceKey(release.service)
  if (service === null) return null
  const from = { version: release.version, revision: release.commit }
  const to = {
    version: release.previousVersion,
    revision: release.previousCommit,
    artifactId: release.previousArtifactId,
    why: previous?.verdict === 'cleared' ? 'last cleared release' : 'the version before',
  }
  const id = `rbk_${hashFacts([incident, release.service, from.version, from.revision, to.version, to.revision])}`
  const { refusals, checks } = examine(facts)
  return {
    id,
    revision: 1,
    incident,
    service,
    from,
    to,
    confidence: Number(facts.confidence.toFixed(4)),
    state: 'suggested',
    mode: 'suggest',
    refusals,
    checks,
    approvals: [],
    executor: null,
    commands: commandsFor(release, facts.commit),
    idempotencyKey: id,
    expiresAt: formatInstant(atMs + hourMs),
  }
}

type Fact = Rollback['refusals'][number]

function examine({ release, previous, atMs }: SuggestionFacts): {
  refusals: Fact[]
  checks: Fact[]
} {
  const refusals: Fact[] = []
  const checks: Fact[] = []
  const migrations = release.changes.flatMap(({ files }) =>
    files.filter(({ path, status }) => status !== 'D' && isMigration(path)).map(({ path }) => path),
  )
  if (migrations.length > 0) {
    const fact = `the release changes the schema: ${migrations.slice(0, 3).join(', ')}`
    refusals.push({ code: 'migration', fact })
  } else if (release.completeness !== 'none') {
    checks.push({ code: 'no-migration', fact: 'no change of the release touches a migration' })
  }
  const verdict = previous?.verdict
  if (verdict === 'regressed' || verdict === 'recovered') {
    refusals.push({
      code: 'target-not-cleared',
      fact: `${previous!.finding.version} was itself ${verdict}`,
    })
  } else if (verdict === 'cleared') {
    checks.push({ code: 'target-cleared', fact: `${previous!.finding.version} was cleared` })
  } else {
    const fact = `${release.previousVersion ?? 'the version before'} ran before this release and was not found worse`
    checks.push({ code: 'target-ran-before', fact })
  }
  if (atMs - release.startedAtMs > tooOldMs) {
    refusals.push({ code: 'too-old', fact: 'the release is more than a day old' })
  }
  return { refusals, checks }
}

export function isMigration(path: string): boolean {
  return (
    /(^|\/)(migrations?|migrate|db\/changelog|liquibase|flyway|alembic)\//i.test(path) ||
    /\.sql$/i.test(path)
  )
}

function commandsFor(release: ReleaseFinding, commit: string | null): Rollback['commands'] {
  const service = parseServiceKey(release.service)!
  const name = shellWord(service.name)
  const namespace = service.namespace === null ? '' : ` -n ${shellWord(service.namespace)}`
  const canary = release.strategy === 'canary' || release.strategy === 'blue-green'
  const commands: Rollback['commands'] = [
    { for: 'kubectl', command: `kubectl rollout undo deployment/${name}${namespace}` },
    {
      for: 'argo-rollouts',
      command: `kubectl argo rollouts ${canary ? 'abort' : 'undo'} ${name}${namespace}`,
    },
    { for: 'argocd', command: `argocd app rollback ${name}` },
    { for: 'helm', command: `helm rollback ${name}${namespace}` },
  ]
  const undo = commit ?? (release.changes.length === 1 ? release.commit : null)
  if (undo !== null) commands.push({ for: 'git', command: `git revert ${shellWord(undo)}` })
  else if (release.previousCommit !== null && release.commit !== null) {
    const range = `${shellWord(release.previousCommit)}..${shellWord(release.commit)}`
    commands.push({ for: 'git', command: `git revert --no-commit ${range}` })
  }
  return commands
}

/** Names come from events: quoted, so that a pasted command is one word. */
function shellWord(text: string): string {
  return /^[\w./@:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
