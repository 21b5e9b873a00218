/**
 * Everything that happens in one service when time moves: closing, releases, watches, sentinels, edges.
 *
 * Holds the derived part (the watches) beside the state. Opened again, it feeds each watch the history
 * that it had, in the order in which it was closed, and says nothing of it.
 */
import type { Finding } from '../../contracts/findings.ts'
import { isAwaited } from '../../core/releases/lifecycle.ts'
import type { ReleaseState } from '../../core/releases/release-state.ts'
import type { Bucket, TrackName } from '../../core/rollup/track.ts'
import { beginning, type Freezing, freezeWatch } from './begin-watch.ts'
import { dueMs, openToMs, settledMs } from './closing-times.ts'
import { type Closed, closeDue, type Watermarks } from './closing.ts'
import type { Dirty } from './dirty.ts'
import type { Fleet } from './fleet.ts'
import { isFedByGauges } from './gauge-state.ts'
import { closedSince, forgetUnneeded } from './kept-history.ts'
import { isSuperseded, progressReleases } from './progress.ts'
import { countedSince, type ServiceCounts, type ServiceState } from './service-state.ts'
import { SentinelRun } from './sentinel-run.ts'
import type { DetectSettings } from './settings.ts'
import { edgeFindings, silenceFindings } from './side-findings.ts'
import { Watch } from './watch.ts'

const minuteMs = 60_000

export interface RunContext {
  readonly settings: DetectSettings
  readonly dirty: Dirty
  readonly heard: (startMs: number, endMs: number) => boolean
  readonly lost: (startMs: number, endMs: number) => boolean
  readonly bucketClosed: (track: TrackName, bucket: Bucket) => void
  readonly counted: (what: keyof ServiceCounts, count: number) => void
  readonly placeboEnded?: (alarmed: boolean) => void
  readonly fleet: Fleet
}

export class ServiceRun {
  readonly state: ServiceState
  readonly #context: RunContext
  readonly #watches = new Map<string, Watch>()
  readonly #sentinel: SentinelRun
  #countsTold: ServiceCounts
  /** Releases that have an entry. */
  #releases: readonly string[]

  constructor(state: ServiceState, context: RunContext) {
    this.state = state
    this.#context = context
    this.#countsTold = { ...state.counts }
    this.#releases = state.releases.map(({ finding }) => finding.id)
    this.#rebuild()
    this.#sentinel = new SentinelRun(state, {
      ...this.#freezing,
      dirty: context.dirty,
      watchOf: (facts) => this.#watchOf(null, facts),
      placeboEnded: (alarmed) => context.placeboEnded?.(alarmed),
    })
  }

  #rebuild(): void {
    for (const release of this.state.releases) {
      if (release.watch === null || release.watch.ended) continue
      this.#watches.set(release.finding.id, this.#watchOf(release.finding.id, release.watch))
    }
  }

  /** A watch that has been fed all that was closed so far. */
  #watchOf(release: string | null, facts: NonNullable<ReleaseState['watch']>): Watch {
    const watch = new Watch(this.state, release, facts, this.#context.settings)
    for (const closed of closedSince(this.state, facts.startMs)) watch.take(closed)
    return watch
  }

  /** A deployment has opened or changed `release`. */
  deploymentTaken(release: ReleaseState): Finding[] {
    const { watch } = release
    if (watch !== null && !watch.ended) {
      // What the event knows better (previous version, strategy) takes effect by running the monitors again.
      const step = release.finding.rollout.at(-1)
      if (step !== undefined) this.#addStep(watch)
      this.#watches.set(release.finding.id, this.#watchOf(release.finding.id, watch))
    }
    this.#context.dirty.service(this.state)
    const findings = this.#releaseFindings()
    this.#markReleases()
    return findings
  }

  /** What is still under way is written again, what had ended was written then; those pushed out go. */
  #markReleases(): void {
    const { releases } = this.state
    for (const { finding, watch } of releases) {
      if (watch?.ended !== true) this.#context.dirty.release(this.state, finding.id)
    }
    const ids = releases.map(({ finding }) => finding.id)
    for (const id of this.#releases) {
      if (ids.includes(id)) continue
      this.#context.dirty.release(this.state, id)
      this.#context.dirty.judging(this.state, id)
    }
    this.#releases = ids
  }

  #addStep(watch: NonNullable<ReleaseState['watch']>): void {
    const nextMs = Math.max(watch.startMs, this.state.tracks[watch.source].closedToMs)
    if (watch.mode === 'split' && nextMs > watch.startMs && !watch.steps.includes(nextMs)) {
      watch.steps.push(nextMs)
    }
  }

  advance(watermarks: Watermarks): Finding[] {
    const { settings, dirty, heard, lost, bucketClosed } = this.#context
    const { state } = this
    const end = watermarks.endMs !== null
    const closed = closeDue(state, watermarks, settings, { heard, lost }, dirty, bucketClosed)
    if (closed.length === 0 && !end && !this.#waits(watermarks.ratesMs)) return []
    this.#tellCounts()
    const findings: Finding[] = []
    for (const each of closed) findings.push(...this.#feed(each))
    const nowMs = end ? this.#closedToMs() : watermarks.ratesMs
    progressReleases(state, nowMs)
    findings.push(...this.#releaseFindings())
    findings.push(...this.#beginWatches(end))
    this.#superviseWatches(findings)
    if (end) findings.push(...this.#finish())
    this.#sentinel.supervise(this.#closedToMs())
    findings.push(...silenceFindings(state, closed), ...edgeFindings(state, nowMs))
    findings.push(...this.#releaseFindings())
    this.#markReleases()
    const watched = [...this.#watches.values()].map(({ facts }) => facts)
    forgetUnneeded(state, { watched, settings, nowMs: this.#closedToMs() }, dirty)
    return findings
  }

  #tellCounts(): void {
    const { counts } = this.state
    countedSince(this.#countsTold, counts).forEach((each) => this.#context.counted(...each))
    this.#countsTold = { ...counts }
  }

  #waits(nowMs: number): boolean {
    return this.state.releases.some(
      (release) => release.firstWindowMs === null && isAwaited(release, nowMs),
    )
  }

  #closedToMs(): number {
    const { spans, metrics } = this.state.tracks
    if (isFedByGauges(this.state)) return this.state.gauges.track.closedToMs
    return Math.max(spans.closedToMs, metrics.closedToMs)
  }

  /** The watermark at which the next bucket closes; infinite for none. */
  get dueMs(): number {
    return dueMs(this.state, this.#context.settings.graceMs)
  }

  /** The earliest end of a bucket that is still to close; infinite for none. */
  get settledMs(): number {
    return settledMs(this.state, this.#context.settings.graceMs)
  }

  /** End of the newest cells that are still open; 0 for none. */
  get openToMs(): number {
    return openToMs(this.state)
  }

  #feed(closed: Closed): Finding[] {
    const findings: Finding[] = []
    for (const release of this.state.releases) {
      const finding = this.#watches.get(release.finding.id)?.take(closed)
      if (finding) findings.push(finding)
    }
    const sentinel = this.#sentinel.watch?.take(closed)
    if (sentinel) findings.push(sentinel)
    return findings
  }

  #beginWatches(end: boolean): Finding[] {
    const findings: Finding[] = []
    for (const release of this.state.releases) {
      const { firstWindowMs, finding } = release
      if (release.watch !== null || firstWindowMs === null || finding.phase === 'late') continue
      const begins = beginning(this.state, { label: release.label, firstMs: firstWindowMs }, end)
      if (begins === null) continue
      release.watch = freezeWatch(this.state, release, begins, this.#freezing)
      finding.phase = 'watched'
      release.changed = true
      findings.push(...this.#releaseFindings())
      this.#context.dirty.judging(this.state, finding.id)
      this.#context.dirty.pastFacts(this.state)
      const watch = this.#watchOf(finding.id, release.watch)
      this.#watches.set(finding.id, watch)
      findings.push(watch.finding(false))
    }
    return findings
  }

  /** Handover when the old version has gone, and the end of what is over. */
  #superviseWatches(findings: Finding[]): void {
    for (const release of this.state.releases) {
      const watch = this.#watches.get(release.finding.id)
      const facts = release.watch
      if (watch === undefined || facts === null) continue
      this.#relabel(release, watch)
      if (facts.mode === 'split' && facts.handoverMs === null) {
        if (watch.shares.oldGoneForMs >= Math.max(minuteMs, 2 * facts.stepMs)) {
          facts.handoverMs = watch.lastEndMs
          this.#context.dirty.service(this.state)
        }
      }
      this.#noteSuperseded(release, watch)
      if (watch.lastEndMs >= watch.overAtMs) {
        findings.push(watch.finding(true))
        this.#end(release)
      }
    }
  }

  /** A canary stays at or below half for 5 min; one that goes beyond sooner is a rolling release. */
  #relabel(release: ReleaseState, watch: Watch): void {
    const { finding, strategyGiven } = release
    if (strategyGiven || finding.strategy !== 'canary') return
    if (watch.lastEndMs > watch.facts.startMs + 5 * minuteMs || watch.shares.newShare <= 0.5) return
    finding.strategy = 'rolling'
    release.changed = true
  }

  /** A later release ends the watch, unless this one is in alarm: then its recovery is waited for. */
  #noteSuperseded(release: ReleaseState, watch: Watch): void {
    const facts = release.watch!
    const next = isSuperseded(this.state, release)
    if (next === null || facts.endMs !== Number.MAX_SAFE_INTEGER) return
    const bothLive =
      facts.mode === 'split' && facts.handoverMs === null && watch.shares.newGoneForMs === 0
    if (bothLive && watch.shares.newShare > 0) return
    const patienceMs = watch.isSuspicious ? 30 * minuteMs : 0
    facts.endMs = Math.max(watch.lastEndMs, next.firstWindowMs ?? 0) + patienceMs
    release.finding.phase = 'superseded'
    release.changed = true
    this.#context.dirty.service(this.state)
  }

  #end(release: ReleaseState): void {
    release.watch!.ended = true
    this.#context.dirty.release(this.state, release.finding.id)
    this.#context.dirty.judging(this.state, release.finding.id)
    if (release.finding.phase === 'watched') release.finding.phase = 'watch-ended'
    release.changed = true
    this.#watches.delete(release.finding.id)
    this.#context.dirty.service(this.state)
  }

  /** The service is forgotten: the last word on what is still watched. */
  end(): Finding[] {
    this.#sentinel.end()
    return [...this.#finish(), ...this.#releaseFindings()]
  }

  /** The recorded input has ended: every watch says what is known. */
  #finish(): Finding[] {
    const findings: Finding[] = []
    for (const release of this.state.releases) {
      const watch = this.#watches.get(release.finding.id)
      if (watch === undefined) continue
      findings.push(watch.finding(true))
      this.#end(release)
    }
    return findings
  }

  get #freezing(): Freezing {
    const { settings, fleet } = this.#context
    return { settings, fleet }
  }

  #releaseFindings(): Finding[] {
    const findings: Finding[] = []
    for (const release of this.state.releases) {
      if (!release.changed) continue
      release.changed = false
      release.finding = { ...release.finding, revision: release.finding.revision + 1 }
      findings.push(release.finding)
      this.#context.dirty.service(this.state)
    }
    return findings
  }
}
