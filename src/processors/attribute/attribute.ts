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
import { decideVerdict, firstVerdict } from '../../core/attribution/verdict.ts'
import { lastVerdict, verdictOfPhase } from '../../core/attribution/verdict-of-phase.ts'
import { parsePosition, positionHeader, unitNamed } from '../../core/kernel/positions.ts'
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
import { forget, isForgettingDue, isOldEdge } from './forget.ts'
import { IncidentKeeper } from './incident-keeper.ts'
import type { AttributeObserver } from './observer.ts'
import { isPending, notePending, type PendingEntry, takeClosed, takeDue } from './pending.ts'
import { readFinding } from './read-finding.ts'
import { type AttributeTopics, Records } from './records.ts'
import { environmentOfRecord, Predecessors, timeOf } from './restore.ts'
import type { AttributeSettings } from './settings.ts'
import {
  type EnvironmentState,
  noteHistory,
  type ReleaseEntry,
  restoreEnvironment,
} from './state.ts'
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
  readonly #observer: AttributeObserver
  readonly #state: EnvironmentState
  readonly #changes: EntryChanges
  readonly #records: Records
  readonly #incidents: IncidentKeeper
  /** Until the first finding of a unit that had no checkpoint. */
  #predecessors: Predecessors | null = null

  constructor(
    unit: string,
    entries: Iterable<StateEntry>,
    settings: AttributeSettings,
    topics: AttributeTopics,
    observer: AttributeObserver,
  ) {
    this.#observer = observer
    this.#state = restoreEnvironment(entries)
    this.#changes = new EntryChanges(this.#state)
    this.#records = new Records(unit, topics, this.#state)
    this.#incidents = new IncidentKeeper({
      state: this.#state,
      changes: this.#changes,
      records: this.#records,
      settings,
      observer,
    })
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
    this.#apply(finding, unitNamed(parsePosition(record.headers[positionHeader] ?? '')?.unit ?? ''))
    return this.#records.take()
  }

  #takeOver(firstMs: number): void {
    const { releases, incidents } = this.#predecessors!.handOver(this.#state, firstMs)
    this.#predecessors = null
    for (const id of releases) this.#changes.release(id)
    for (const id of incidents) this.#changes.incident(id)
  }

  /** `unit` is the one of `detect` that told it. */
  #apply(finding: Finding, unit: string): void {
    switch (finding.kind) {
      case 'release':
        return this.#release(finding, unit)
      case 'evidence':
        return finding.release === null ? this.#sentinel(finding) : this.#evidence(finding, unit)
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

  #release(finding: ReleaseFinding, unit: string): void {
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
    if (this.#incidents.ofService(finding.service).length === 0) return
    const { id, service } = finding
    notePending(this.#state, { kind: 'release', id, service, unit })
    this.#changes.unit()
  }

  #evidence(evidence: EvidenceFinding, unit: string): void {
    const entry = this.#state.releases.get(evidence.release!)
    if (entry === undefined) return
    this.#settle(takeClosed(this.#state, unit))
    this.#service(evidence.service).heardMs = evidence.atMs
    this.#changes.service(evidence.service)
    this.#changes.unit()
    this.#state.nowMs = Math.max(this.#state.nowMs, evidence.atMs)
    this.#changes.release(evidence.release!)
    const item = {
      kind: 'evidence',
      id: evidence.release!,
      service: evidence.service,
      unit,
    } as const
    // Of one closing there is one word, of several each is a step of the verdict.
    if (isPending(this.#state, item.id)) this.#decide(entry)
    entry.evidence = evidence
    noteHistory(entry, evidence)
    if (entry.restoredToMs !== undefined && evidence.atMs <= entry.restoredToMs) return
    notePending(this.#state, item)
  }

  #decide(entry: ReleaseEntry): void {
    const evidence = entry.evidence!
    const before = entry.verdict.verdict
    const vetoes = vetoesOf(this.#state, entry, evidence)
    entry.verdict = decideVerdict(entry.verdict, evidence, vetoes)
    this.#changes.release(entry.finding.id)
    const changed = entry.verdict.verdict !== before
    if (changed) this.#publishRelease(entry)
    if (changed || evidence.final) this.#tellVerdict(entry, before, evidence)
  }

  /** All that was touched by what is complete: first every verdict, then where each belongs, then what to say. */
  #settle(due: readonly PendingEntry[]): void {
    const releases: ReleaseEntry[] = []
    for (const { kind, id } of due) {
      const entry = this.#state.releases.get(id)
      if (kind === 'evidence' && entry?.evidence && !releases.includes(entry)) releases.push(entry)
    }
    for (const entry of releases) this.#decide(entry)
    const services = due.flatMap(({ kind, service }) => (kind === 'release' ? [service] : []))
    this.#incidents.touch(releases, services)
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
      signals: evidence === null ? [] : signalsOf(evidence),
      final: entry.verdict.final,
    })
  }

  #tick(tick: FindingTick): void {
    const { unit, atMs, end } = tick
    const { units } = this.#state
    units.set(unit, Math.max(units.get(unit) ?? 0, atMs))
    this.#settle(takeDue(this.#state, tick))
    this.#state.nowMs = Math.max(this.#state.nowMs, Math.min(...units.values()))
    this.#incidents.pass()
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
    this.#incidents.finish()
  }
}
