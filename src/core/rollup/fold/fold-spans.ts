/**
 * Folds the spans of one record: SERVER and CONSUMER into rollups and failures, CLIENT into calls of the callee,
 * exceptions of all into kinds. A span counts in the window of its end.
 *
 * The callee of a call is the service of the child SERVER span where the record holds it, else what the span names.
 */
import { type Callee, calleeOf } from '../../intake/callee.ts'
import { type Identity, identify } from '../../intake/identity.ts'
import {
  kindClient,
  kindConsumer,
  kindServer,
  type ResourceSpans,
  type Span,
} from '../../intake/otlp/telemetry.ts'
import { clientOutcome, serverFailed } from '../../intake/outcome.ts'
import { spanRoute } from '../../intake/route.ts'
import type { Gathering } from './gathering.ts'
import type { CallWindow } from './call-counts.ts'

export function foldSpans(blocks: readonly ResourceSpans[], gathering: Gathering): void {
  const identities = blocks.map((block) => identify(block.resource, gathering.settings))
  const children = childIndex(blocks, identities)
  for (const [index, block] of blocks.entries()) {
    const identity = identities[index]!
    const counter = gathering.spans
    counter.refuseAll(block.refused)
    if (identity === null) {
      counter.refuse('no-service', block.spans.length + block.quietEndsMs.length)
      continue
    }
    for (const endMs of block.quietEndsMs) gathering.admission.admits(endMs, counter)
    new BlockFold(identity, { children, gathering }).fold(block.spans)
  }
}

interface Child {
  readonly span: Span
  readonly identity: Identity
}

/** SERVER spans by the last word of their parent's id; the whole id is compared when one is found. */
type Children = ReadonlyMap<number, Child>

function childIndex(
  blocks: readonly ResourceSpans[],
  identities: readonly (Identity | null)[],
): Children {
  const children = new Map<number, Child>()
  const called = blocks.some(({ spans }) => spans.some((span) => span.kind === kindClient))
  if (!called) return children
  for (const [index, { spans }] of blocks.entries()) {
    const identity = identities[index]!
    if (identity === null) continue
    for (const span of spans) {
      if (span.kind !== kindServer || (span.parent0 === 0 && span.parent1 === 0)) continue
      children.set(span.parent1, { span, identity })
    }
  }
  return children
}

interface Named {
  readonly key: string
  readonly by: 'trace' | 'peer' | 'address'
}

/** The spans of one resource. What is the same for many spans in a row is looked up once. */
class BlockFold {
  readonly #identity: Identity
  readonly #gathering: Gathering
  readonly #children: Children
  readonly #series
  readonly #httpRoutes = new Map<string, Map<string, string>>()
  readonly #callees = new Map<string, Callee | null>()
  readonly #called = new Map<Identity, Named>()
  readonly #calls = new Map<Named, { startMs: number; window: CallWindow | null }>()

  constructor(
    identity: Identity,
    from: { readonly children: Children; readonly gathering: Gathering },
  ) {
    this.#identity = identity
    this.#gathering = from.gathering
    this.#children = from.children
    this.#series = from.gathering.rollups.spans(identity)
  }

  fold(spans: readonly Span[]): void {
    const { admission, spans: counter, settings } = this.#gathering
    const { windowMs } = settings
    for (const span of spans) {
      if (!admission.admits(span.endMs, counter)) continue
      const startMs = span.endMs - (span.endMs % windowMs)
      if (span.kind === kindServer || span.kind === kindConsumer) this.#request(span, startMs)
      else if (span.kind === kindClient) this.#call(span, startMs)
      if (span.exceptions !== null) this.#exceptions(span)
    }
  }

  #request(span: Span, startMs: number): void {
    const identity = this.#identity
    const failed = serverFailed(span)
    const window = this.#series.window(startMs, identity.instance)
    const row = this.#series.row(window, this.#routeOf(span))
    row.addOne(identity.instance, failed, span.durationNs / 1e9)
    if (!failed) return
    const { route } = row
    const { failures, kinds, arrivedMs } = this.#gathering
    failures.add(span, { identity, startMs, route, arrivedMs })
    kinds.addRoute(route, { identity, words: span })
  }

  /** `spanRoute`, remembered for the routes of HTTP, which are few. */
  #routeOf(span: Span): string {
    if (span.method === '') return spanRoute(span)
    let routes = this.#httpRoutes.get(span.method)
    if (routes === undefined) this.#httpRoutes.set(span.method, (routes = new Map()))
    let route = routes.get(span.route)
    if (route === undefined) routes.set(span.route, (route = spanRoute(span)))
    return route
  }

  #call(span: Span, startMs: number): void {
    const callee = this.#calleeOf(span)
    if (callee === null) return
    let last = this.#calls.get(callee)
    if (last === undefined || last.startMs !== startMs) {
      const { calls } = this.#gathering
      const window = calls.at(callee.key, { caller: this.#identity, startMs, by: callee.by })
      last = { startMs, window }
      this.#calls.set(callee, last)
    }
    const { window } = last
    if (window === null) return
    const { failed, unanswered } = clientOutcome(span)
    window.attempts++
    if (failed) window.failed++
    if (unanswered) window.unanswered++
  }

  #calleeOf(span: Span): Named | null {
    const child = this.#children.get(span.id1)
    if (child !== undefined && isChild(child.span, span)) {
      let called = this.#called.get(child.identity)
      if (called === undefined) {
        called = { key: child.identity.key, by: 'trace' }
        this.#called.set(child.identity, called)
      }
      return called
    }
    const name = span.peerService === '' ? span.serverAddress : span.peerService
    if (name === '') return null
    const id = span.peerService === '' ? name : `=${name}`
    let callee = this.#callees.get(id)
    if (callee === undefined) {
      callee = calleeOf(this.#identity.service, {
        peerService: span.peerService,
        address: span.serverAddress,
      })
      this.#callees.set(id, callee)
    }
    return callee
  }

  #exceptions(span: Span): void {
    const { kinds } = this.#gathering
    for (const exception of span.exceptions ?? []) {
      // An event outside its span has a wrong clock or none; the span's own end was believed.
      const startedMs = span.endMs - span.durationNs / 1e6
      const inside = exception.atMs >= startedMs - 1 && exception.atMs <= span.endMs
      kinds.add(inside ? exception : { ...exception, atMs: span.endMs }, {
        identity: this.#identity,
        words: span,
      })
    }
  }
}

function isChild(child: Span, parent: Span): boolean {
  return (
    child.parent0 === parent.id0 &&
    child.parent1 === parent.id1 &&
    child.trace0 === parent.trace0 &&
    child.trace1 === parent.trace1 &&
    child.trace2 === parent.trace2 &&
    child.trace3 === parent.trace3
  )
}
