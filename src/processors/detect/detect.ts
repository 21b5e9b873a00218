/**
 * `detect`: one partition of `culprit.service-events` in, findings out. Decides nothing that needs a
 * second service.
 *
 * A function of its records alone. Time is the watermark of the ticks; what a record says enters open
 * cells at once, and everything else happens when a tick closes buckets. Services are visited in the
 * order of their keys. What does not decode is counted, and the stream moves on.
 */
import type { Deployment, ServiceEvent, Tick } from '../../contracts/service-events.ts'
import type { Finding, FindingTick } from '../../contracts/findings.ts'
import { applyTick } from '../../core/rollup/watermark.ts'
import type {
  InputRecord,
  Machine,
  Output,
  Processor,
  StateChanges,
  StateEntry,
} from '../processor.ts'
import { decodeEvent } from './decode-event.ts'
import { Deployments } from './deployments.ts'
import { Dirty } from './dirty.ts'
import { restoreServices } from './entries.ts'
import { findingOutputs } from './finding-outputs.ts'
import { FitQueue } from './fit-queue.ts'
import { Fleet } from './fleet.ts'
import { HistoryBudget } from './history-budget.ts'
import { ServiceRun } from './service-run.ts'
import type { DetectObserver } from './observer.ts'
import type { ServiceCounts, ServiceState } from './service-state.ts'
import { Services } from './services.ts'
import type { DetectSettings } from './settings.ts'
import { TakeIn } from './take-in.ts'
import { emptyUnit, encodeUnit, type UnitState, restoreUnit } from './unit-state.ts'

export interface DetectTopics {
  readonly serviceEvents: string
  readonly findings: string
}

export function detectProcessor(
  settings: DetectSettings,
  topics: DetectTopics,
  observer: DetectObserver = {},
): Processor {
  return {
    name: 'detect',
    inputs: [topics.serviceEvents],
    order: 'publish-then-commit',
    open: (unit, entries) => new DetectMachine(unit, entries, settings, topics, observer),
  }
}

class DetectMachine implements Machine {
  readonly #unitName: string
  readonly #settings: DetectSettings
  readonly #topics: DetectTopics
  readonly #observer: DetectObserver
  readonly #dirty = new Dirty()
  readonly #takeIn: TakeIn
  readonly #unit: UnitState
  readonly #services: Services
  readonly #fleet = new Fleet()
  readonly #fits = new FitQueue(this.#fleet, this.#dirty)
  readonly #budget: HistoryBudget
  readonly #deployments: Deployments

  constructor(
    unitName: string,
    entries: Iterable<StateEntry>,
    settings: DetectSettings,
    topics: DetectTopics,
    observer: DetectObserver,
  ) {
    this.#unitName = unitName
    this.#settings = settings
    const { versionsMax } = settings
    const isQuiet = (fromMs: number, toMs: number) => !this.#unit.heard.in(fromMs, toMs)
    this.#takeIn = new TakeIn({ dirty: this.#dirty, versionsMax, isQuiet }, settings)
    this.#topics = topics
    this.#observer = observer
    const { services, unit, judgedWithin } = restoreServices(entries)
    for (const { state, id } of judgedWithin) this.#dirty.judging(state, id)
    this.#unit = unit === null ? emptyUnit() : restoreUnit(unit)
    this.#services = new Services(services.values(), {
      servicesMax: settings.servicesMax,
      dirty: this.#dirty,
      runOf: (state) => this.#runOf(state),
    })
    this.#takeIn.count(this.#services.inOrder())
    const { historyBytesMax: bytesMax } = settings
    this.#budget = new HistoryBudget({ bytesMax, dirty: this.#dirty, fleet: this.#fleet })
    this.#deployments = new Deployments(this.#unit, settings.defaultEnvironment)
  }

  get changedCount(): number {
    return this.#dirty.count
  }

  takeChanges(): StateChanges {
    return this.#dirty.take()
  }

  forgetChanges(): void {
    this.#dirty.forget()
  }

  /** What retention removed can be in any window from the watermark on: those know nothing. */
  lost(): void {
    this.#unit.lost.begin(Math.max(0, this.#unit.watermark.ratesMs))
    this.#dirtyUnit()
  }

  apply(record: InputRecord): readonly Output[] {
    if (this.#unit.lost.end(record.atMs)) this.#dirtyUnit()
    if (record.value === null) return []
    const event = decodeEvent(record)
    if (event === null) {
      this.#observer.refused?.('undecodable')
      return []
    }
    if (event.kind === 'tick') return this.#tick(event)
    if (event.kind === 'deployment') return this.#deployment(event)
    this.#absorb(event)
    return []
  }

  #absorb(event: Exclude<ServiceEvent, Tick | Deployment>): void {
    switch (event.kind) {
      case 'rollup':
      case 'snapshot':
      case 'kinds':
      case 'failed':
      case 'calls':
      case 'gauge': {
        const arrives = event.kind === 'snapshot' || event.kind === 'gauge'
        this.#heard(arrives ? event.arrivedMs : event.startMs)
        const run = this.#services.heard(event.service, this.#unit.watermark.tickMs)
        if (run === null) this.#observer.overflow?.('services', 1)
        else this.#takeIn.take(run.state, event)
        return
      }
      // Nothing is computed aside: fits and what the fleet knows follow from the log.
      case 'fit':
      case 'fleet':
      case 'settings':
        return
    }
  }

  /** The first telemetry of a window is a change of the unit: a commit may come before the next tick. */
  #heard(atMs: number): void {
    if (this.#unit.heard.note(atMs)) this.#dirtyUnit()
  }

  #deployment(event: Deployment): readonly Output[] {
    const taken = this.#deployments.take(event, this.#unit.watermark.ratesMs)
    if (taken === 'full') this.#observer.refused?.('pending-full')
    if (taken !== 'taken') return []
    this.#dirtyUnit()
    return this.#publish(this.#joinPending(this.#unit.watermark.ratesMs))
  }

  #tick(tick: Tick): readonly Output[] {
    const { watermark, heard } = this.#unit
    const beforeMs = watermark.ratesMs
    const moved = applyTick(watermark, tick)
    const times = Object.values(tick.units)
    if (times.length > 0 && tick.records !== 0) heard.note(Math.max(...times))
    const runs = this.#services.inOrder()
    const findings = this.#joinPending(Math.min(watermark.ratesMs, nextDue(runs)))
    const end = tick.end === true
    if (moved || end) {
      const endMs = end ? Math.max(0, ...runs.map(({ openToMs }) => openToMs)) : null
      const { ratesMs, kindsMs } = watermark
      // One closing after the other, across services: what is found must not depend on how far a tick goes.
      for (let dueMs = nextDue(runs); dueMs <= ratesMs; dueMs = nextDue(runs)) {
        // What one closing has shown may join a deployment before the next: near ticks would have.
        findings.push(...this.#joinPending(dueMs))
        const upTo = { ratesMs: dueMs, kindsMs: Math.min(kindsMs, dueMs), endMs: null }
        const found = runs.flatMap((run) => run.advance(upTo))
        if (found.length > 0) findings.push(...found, this.#tickFinding(dueMs, { more: true }))
      }
      const last = findings.at(-1)
      const rest = runs.flatMap((run) => run.advance({ ratesMs, kindsMs, endMs }))
      // The tick of the record itself ends its last closing.
      if (last?.kind === 'tick' && rest.length === 0) findings.pop()
      findings.push(...rest)
      if (end) findings.push(...this.#joinPending(ratesMs, true), ...this.#lastJoined(endMs))
      this.#observer.settled?.(Math.min(watermark.ratesMs, ...runs.map((run) => run.settledMs)))
      findings.push(...this.#services.forgetUnheard(watermark.tickMs))
      this.#budget.keep(this.#services.inOrder())
      this.#fits.advance(this.#services.inOrder(), { beforeMs, nowMs: watermark.ratesMs })
      this.#takeIn.count(this.#services.inOrder())
      heard.forget(watermark.ratesMs - 2 * 3_600_000)
    }
    this.#dirtyUnit()
    const { ratesMs: watermarkMs, leftOut, absent } = watermark
    this.#observer.ticked?.(this.#unitName, { watermarkMs, leftOut, absent })
    const outputs = this.#publish(findings)
    if (!moved && !end) return outputs
    const last = this.#tickFinding(watermark.ratesMs, end ? { end } : {})
    return [...outputs, ...this.#publish([last])]
  }

  /** What was joined only when the last windows had closed is judged by them. */
  #lastJoined(endMs: number | null): Finding[] {
    const { ratesMs, kindsMs } = this.#unit.watermark
    return this.#services.inOrder().flatMap((run) => run.advance({ ratesMs, kindsMs, endMs }))
  }

  #joinPending(nowMs: number, end = false): Finding[] {
    const joined = this.#deployments.join(
      this.#services.inOrder().map(({ state }) => state),
      (key) => this.#stateFor(key),
      { nowMs, end },
    )
    return joined.flatMap(
      ({ key, release }) => this.#services.get(key)?.deploymentTaken(release) ?? [],
    )
  }

  #stateFor(key: string): ServiceState | null {
    const run = this.#services.heard(key, this.#unit.watermark.tickMs)
    if (run === null) this.#observer.overflow?.('services', 1)
    return run?.state ?? null
  }

  #tickFinding(atMs: number, more: { readonly more?: true; readonly end?: true }): FindingTick {
    return { kind: 'tick', unit: this.#unitName, atMs, ...more }
  }

  #publish(findings: readonly Finding[]): Output[] {
    return findingOutputs(findings, this.#topics.findings)
  }

  #runOf(state: ServiceState): ServiceRun {
    return new ServiceRun(state, {
      settings: this.#settings,
      dirty: this.#dirty,
      heard: (startMs, endMs) => this.#unit.heard.in(startMs, endMs),
      lost: (startMs, endMs) => this.#unit.lost.in(startMs, endMs),
      bucketClosed: (track, bucket) => this.#observer.bucketClosed?.(state.key, track, bucket),
      counted: (what, count) => this.#tell(what, count),
      placeboEnded: (alarmed) => this.#observer.placeboEnded?.(alarmed),
      fleet: this.#fleet,
    })
  }

  #tell(what: keyof ServiceCounts, count: number): void {
    if (what === 'late') this.#observer.late?.(count)
    else if (what === 'outOfOrder') this.#observer.outOfOrder?.(count)
    else this.#observer.overflow?.(what, count)
  }

  #dirtyUnit(): void {
    this.#dirty.put('', 'unit', () => encodeUnit(this.#unit))
  }
}

/** The earliest watermark at which a bucket of any service closes. */
function nextDue(runs: readonly ServiceRun[]): number {
  let dueMs = Number.POSITIVE_INFINITY
  for (const run of runs) dueMs = Math.min(dueMs, run.dueMs)
  return dueMs
}
