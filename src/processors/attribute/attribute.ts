/**
 * `attribute`: one environment's findings in; verdicts, incidents, alerts and rollback suggestions out.
 *
 * A function of its records alone; time is the least of the detect units' ticks. Every public record has
 * a deterministic id, and a revision that grows by one with each published state.
 */
import type {
  EdgeFinding,
  EvidenceFinding,
  Finding,
  FindingTick,
  ReleaseFinding,
} from '../../contracts/findings.ts'
import type { Incident } from '../../contracts/incident.ts'
import { decideVerdict, firstVerdict } from '../../core/attribution/verdict.ts'
import { lastVerdict, verdictOfPhase } from '../../core/attribution/verdict-of-phase.ts'
import { thetaClearFor } from '../../core/detection/judge.ts'
import { isWorthPublishing } from '../../core/response/publication.ts'
import { releaseRecord } from '../../core/response/release-record.ts'
import { signalsOf } from '../../core/response/signals.ts'
import type {
  InputRecord,
  Machine,
  Output,
  Processor,
  StateChanges,
  StateEntry,
} from '../processor.ts'
import { EntryChanges } from './changes.ts'
import { hasBeenQuiet, isRankingDue, isUnheard, rankedAfterMs } from './due.ts'
import { forget, isForgettingDue, isOldEdge } from './forget.ts'
import { incidentFor, refresh } from './incidents.ts'
import type { AttributeObserver } from './observer.ts'
import { readFinding } from './read-finding.ts'
import { type AttributeTopics, Records } from './records.ts'
import { environmentOfRecord, Predecessors, timeOf } from './restore.ts'
import type { AttributeSettings } from './settings.ts'
import {
  type EnvironmentState,
  type IncidentEntry,
  noteHistory,
  type ReleaseEntry,
  restoreEnvironment,
} from './state.ts'
import { tellRankings } from './tell-rankings.ts'
import { vetoesOf } from './vetoes.ts'

export function attributeProcessor(
  settings: AttributeSettings,
  topics: AttributeTopics,
  observer: AttributeObserver = {},
): Processor {
  return {
    name: 'attribute',
    inputs: [topics.findings],
    order: 'commit-then-publish',
    restore: { topics: [topics.releases, topics.incidents], partitionBy: environmentOfRecord },
    open: (unit, entries) => new AttributeMachine(unit, entries, settings, topics, observer),
  }
}

class AttributeMachine implements Machine {
  readonly #settings: AttributeSettings
  readonly #observer: AttributeObserver
  readonly #state: EnvironmentState
  readonly #changes: EntryChanges
  readonly #records: Records
  /** Until the first finding of a unit that had no checkpoint. */
  #predecessors: Predecessors | null = null

  constructor(
    unit: string,
    entries: Iterable<StateEntry>,
    settings: AttributeSettings,
    topics: AttributeTopics,
    observer: AttributeObserver,
  ) {
    this.#settings = settings
    this.#observer = observer
    this.#state = restoreEnvironment(entries)
    this.#changes = new EntryChanges(this.#state)
    this.#records = new Records(unit, topics, this.#state)
  }

  get changedCount(): number {
    return this.#changes.count
  }

  takeChanges(): StateChanges {
    return this.#changes.take()
  }

  forgetChanges(): void {
    this.#changes.forget()
  }

  restore(record: InputRecord): void {
    this.#predecessors ??= new Predecessors()
    this.#predecessors.take(record)
  }

  apply(record: InputRecord): readonly Output[] {
    if (record.value === null) return []
    const finding = readFinding(record.value)
    if (finding === null) {
      this.#observer.refused?.('undecodable')
      return []
    }
    if (this.#predecessors !== null) {
      // From the first record on, the findings tell everything again.
      this.#takeOver(record.offset === 0 ? 0 : timeOf(finding, record.atMs))
    }
    this.#apply(finding)
    return this.#records.take()
  }

  #takeOver(firstMs: number): void {
    const { releases, incidents } = this.#predecessors!.handOver(this.#state, firstMs)
    this.#predecessors = null
    for (const id of releases) this.#changes.release(id)
    for (const id of incidents) this.#changes.incident(id)
  }

  #apply(finding: Finding): void {
    switch (finding.kind) {
      case 'release':
        return this.#release(finding)
      case 'evidence':
        return finding.release === null ? this.#sentinel(finding) : this.#evidence(finding)
      case 'edge':
        return this.#edge(finding)
      case 'silence': {
        const service = this.#service(finding.service)
        service.silentSinceMs = finding.silent ? finding.atMs : null
        service.heardMs = finding.atMs
        return this.#changes.service(finding.service)
      }
      case 'tick':
        return this.#tick(finding)
      // People's words are heard with the response; none is written yet.
      case 'command':
        return
    }
  }

  #edge({ caller, callee, atMs }: EdgeFinding): void {
    const { edges, nowMs } = this.#state
    if (isOldEdge(atMs, nowMs)) return
    edges.set(`${caller} ${callee}`, atMs)
    this.#changes.edges()
  }

  #service(key: string) {
    let entry = this.#state.services.get(key)
    if (entry === undefined) {
      entry = { key, sentinel: null, silentSinceMs: null, heardMs: 0 }
      this.#state.services.set(key, entry)
    }
    return entry
  }

  #sentinel(evidence: EvidenceFinding): void {
    const entry = this.#service(evidence.service)
    entry.sentinel = evidence
    entry.heardMs = evidence.atMs
    this.#changes.service(evidence.service)
  }

  #release(finding: ReleaseFinding): void {
    const known = this.#state.releases.get(finding.id)
    if (known !== undefined && known.finding.revision >= finding.revision) return
    const entry: ReleaseEntry = known ?? {
      finding,
      verdict: firstVerdict(),
      evidence: null,
      history: [],
      published: 0,
    }
    entry.finding = finding
    this.#state.releases.set(finding.id, entry)
    const before = entry.verdict.verdict
    entry.verdict = verdictOfPhase(finding, entry.verdict, this.#state.nowMs)
    this.#publishRelease(entry)
    if (entry.verdict.verdict !== before) this.#tellVerdict(entry, before, null)
    for (const incident of this.#incidentsOf(finding.service)) this.#refresh(incident)
  }

  #evidence(evidence: EvidenceFinding): void {
    const entry = this.#state.releases.get(evidence.release!)
    if (entry === undefined) return
    this.#service(evidence.service).heardMs = evidence.atMs
    this.#changes.service(evidence.service)
    this.#changes.unit()
    this.#state.nowMs = Math.max(this.#state.nowMs, evidence.atMs)
    entry.evidence = evidence
    noteHistory(entry, evidence)
    if (entry.restoredToMs !== undefined && evidence.atMs <= entry.restoredToMs) {
      return this.#changes.release(evidence.release!)
    }
    const before = entry.verdict.verdict
    const vetoes = vetoesOf(this.#state, entry, evidence)
    entry.verdict = decideVerdict(entry.verdict, entry.finding, evidence, vetoes)
    this.#changes.release(evidence.release!)
    const changed = entry.verdict.verdict !== before
    if (changed) this.#publishRelease(entry)
    if (changed || evidence.final) this.#tellVerdict(entry, before, evidence)
    if (entry.verdict.verdict === 'regressed') this.#open(entry)
    for (const incident of this.#incidentsWith(entry.finding.id)) this.#refresh(incident)
  }

  #publishRelease(entry: ReleaseEntry): void {
    entry.published++
    const record = releaseRecord(entry.finding, entry.verdict, entry.published)
    this.#records.release(record, entry.finding.service)
    this.#changes.release(entry.finding.id)
  }

  #tellVerdict(
    entry: ReleaseEntry,
    from: ReleaseEntry['verdict']['verdict'],
    evidence: EvidenceFinding | null,
  ): void {
    if (this.#observer.verdict === undefined) return
    this.#observer.verdict({
      atMs: Math.max(evidence?.atMs ?? this.#state.nowMs, entry.verdict.atMs ?? 0),
      release: releaseRecord(entry.finding, entry.verdict, entry.published),
      from,
      verdict: entry.verdict.verdict,
      evidence: entry.verdict.evidence,
      signals: evidence === null ? [] : signalsOf(evidence, thetaClearFor(0)),
      final: entry.verdict.final,
    })
  }

  #open(release: ReleaseEntry): void {
    const { entry } = incidentFor(this.#state, release, this.#settings)
    this.#changes.incident(entry.id)
  }

  #incidentsWith(release: string): IncidentEntry[] {
    return [...this.#state.incidents.values()].filter(
      ({ releases, resolvedAtMs }) => releases.includes(release) && resolvedAtMs === null,
    )
  }

  /** Incidents of this service: a later release of it may be what mends them. */
  #incidentsOf(service: string): IncidentEntry[] {
    return [...this.#state.incidents.values()].filter(
      ({ releases, resolvedAtMs, incident }) =>
        resolvedAtMs === null &&
        incident.revision > 0 &&
        releases.some((id) => this.#state.releases.get(id)?.finding.service === service),
    )
  }

  #refresh(entry: IncidentEntry): void {
    if (entry.restoredToMs !== undefined && this.#state.nowMs <= entry.restoredToMs) return
    if (!entry.releases.some((id) => this.#state.releases.has(id))) return
    const atMs = Math.max(entry.lastChangeMs, this.#state.nowMs)
    const { incident, ranking, lead } = refresh(this.#state, entry, atMs, this.#settings)
    entry.recoveredAtMs = incident.state === 'recovered' ? (entry.recoveredAtMs ?? atMs) : null
    if (incident.state === 'resolved') entry.recoveredAtMs = null
    this.#publishIncident(entry, incident, lead)
    tellRankings(this.#observer, this.#state, entry, { ranking, atMs, end: false })
    this.#changes.incident(entry.id)
  }

  #publishIncident(entry: IncidentEntry, now: Incident, lead: ReleaseEntry): void {
    const before = entry.incident
    if (!isWorthPublishing(before, now).publish) return
    const incident = { ...now, revision: before.revision + 1 }
    entry.incident = incident
    entry.lastChangeMs = Date.parse(incident.updatedAt)
    this.#records.incident(entry, before, lead.finding)
    if (incident.state === 'open' || incident.state === 'mitigating') {
      entry.detectedRevision = incident.revision
    }
  }

  #tick({ unit, atMs, end }: FindingTick): void {
    const { units } = this.#state
    units.set(unit, Math.max(units.get(unit) ?? 0, atMs))
    this.#state.nowMs = Math.max(this.#state.nowMs, Math.min(...units.values()))
    for (const entry of this.#state.incidents.values()) {
      if (entry.resolvedAtMs !== null) continue
      if (isRankingDue(entry, this.#state.nowMs)) this.#refresh(entry)
      const quiet = hasBeenQuiet(entry, this.#state.nowMs, this.#settings.resolveAfterMs)
      if (!quiet && !isUnheard(this.#state, entry)) continue
      if (!quiet) entry.expired = true
      entry.resolvedAtMs = this.#state.nowMs
      this.#refresh(entry)
    }
    if (isForgettingDue(this.#state)) this.#forget()
    this.#changes.unit()
    if (end === true) this.#finish()
  }

  #forget(): void {
    const forgotten = forget(this.#state)
    for (const entry of forgotten.incidents) this.#records.forgetIncident(entry)
    this.#changes.forgotten(forgotten)
  }

  /** The recorded input has ended: the last word on every release and the rankings still due. */
  #finish(): void {
    for (const entry of this.#state.releases.values()) {
      if (entry.verdict.final) continue
      const before = entry.verdict.verdict
      entry.verdict = lastVerdict(entry.finding, entry.verdict, this.#state.nowMs)
      if (entry.verdict.verdict !== before) this.#publishRelease(entry)
      this.#tellVerdict(entry, before, entry.evidence)
    }
    for (const entry of this.#state.incidents.values()) {
      if (!entry.releases.some((id) => this.#state.releases.has(id))) continue
      const atMs = Math.max(this.#state.nowMs, entry.openedAtMs)
      const late = {
        ...entry,
        openedAtMs: Math.min(entry.openedAtMs, atMs - rankedAfterMs.at(-1)!),
      }
      const { ranking } = refresh(this.#state, late, atMs, this.#settings)
      tellRankings(this.#observer, this.#state, entry, { ranking, atMs, end: true })
    }
  }
}
