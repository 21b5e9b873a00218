/**
 * Topology: does the pattern of hit and healthy streams fit a change here (attribution reference, section
 * 6)? Each stream is hit with probability q if the hypothesis is true and with eps if it is not.
 */
import { clipped, limits, topology } from './parameters.ts'
import type { AttributionStream, CallEdge, Candidate, ExposureUnit } from './types.ts'

/** log(q BF + 1 - q) - log(base BF + 1 - base); a healthy stream costs at most -log(1 - q). */
export function streamLlr(q: number, logE: number, base: number = topology.eps): number {
  const factor = Math.exp(Math.min(logE, topology.logBayesFactorMax))
  return Math.log(q * factor + 1 - q) - Math.log(base * factor + 1 - base)
}

/** Sum over streams, clipped. */
export function topologyLlr(terms: readonly number[]): number {
  return clipped(
    terms.reduce((sum, term) => sum + term, 0),
    limits.topology,
  )
}

/** Probability that one of several causes hits a stream: noisy or. */
export function coverage(qs: readonly number[], eps: number = topology.eps): number {
  return 1 - qs.reduce((missed, q) => missed * (1 - q), 1 - eps)
}

/** Distances along calls, from a callee up to all services that reach it. */
export class CallGraph {
  readonly #callers = new Map<string, string[]>()
  readonly #distances = new Map<string, ReadonlyMap<string, number>>()

  constructor(edges: readonly CallEdge[]) {
    for (const { caller, callee } of edges) {
      if (caller === callee) continue
      this.#callers.set(callee, [...(this.#callers.get(callee) ?? []), caller])
    }
  }

  /** Hops from `caller` down to `callee`; null when it does not reach it. */
  distance(caller: string, callee: string): number | null {
    return this.#distancesTo(callee).get(caller) ?? null
  }

  #distancesTo(callee: string): ReadonlyMap<string, number> {
    const known = this.#distances.get(callee)
    if (known) return known
    const distances = new Map([[callee, 0]])
    let frontier = [callee]
    for (let hops = 1; frontier.length > 0; hops++) {
      const next: string[] = []
      for (const service of frontier) {
        for (const caller of this.#callers.get(service) ?? []) {
          if (distances.has(caller)) continue
          distances.set(caller, hops)
          next.push(caller)
        }
      }
      frontier = next
    }
    this.#distances.set(callee, distances)
    return distances
  }
}

/** P(the stream is hit | something in this unit broke), by place alone. `touches`: does the route run the change? */
export function reach(
  stream: AttributionStream,
  service: string,
  graph: CallGraph,
  touches: boolean | null,
): number {
  if (stream.service === service) {
    return touches === false ? topology.notExecuted : topology.executed
  }
  // The edge as its caller sees it: the caller's own change may have spoilt the call.
  if (stream.signal === 'availability' && stream.caller === service) return topology.callee
  const hops = graph.distance(stream.service, service)
  return hops === null ? topology.elsewhere : topology.callerAtOne / hops
}

/** Whether the route is known to run the change's code; null where the route's code is unknown. */
export function touchesRoute(
  stream: AttributionStream,
  candidate: Candidate,
  sameFile: (path: string, file: string) => boolean,
): boolean | null {
  if (!stream.code || candidate.files.length === 0) return null
  return stream.code.some((path) => candidate.files.some((file) => sameFile(path, file.path)))
}

/** A symptom that was there before the exposure is not its doing. */
export function afterExposure(q: number, stream: AttributionStream, unit: ExposureUnit): number {
  if (stream.onsetMs === null) return q
  const early = stream.onsetMs < unit.startMs - topology.beforeExposureMs
  return early ? Math.min(q, topology.elsewhere) : q
}

/**
 * One stream a fact: routes are parts of their whole service, so of one service and signal either the
 * whole or, where one of them says more, the routes are used.
 */
export function distinctStreams(streams: readonly AttributionStream[]): AttributionStream[] {
  const key = ({ service, signal, caller }: AttributionStream) =>
    `${service} ${signal} ${caller ?? ''}`
  const groups = new Map<string, AttributionStream[]>()
  for (const stream of loudestEach(streams)) {
    groups.set(key(stream), [...(groups.get(key(stream)) ?? []), stream])
  }
  return [...groups.values()].flatMap((group) => {
    const whole = group.find(({ route }) => route === null)
    const routes = group.filter(({ route }) => route !== null)
    if (!whole || routes.length === 0) return group
    return routes.some(({ logE }) => logE > whole.logE) ? routes : [whole]
  })
}

/** Two releases of one service watch the same stream: the louder speaks, of equals the first. */
function loudestEach(streams: readonly AttributionStream[]): AttributionStream[] {
  const loudest = new Map<string, AttributionStream>()
  for (const stream of streams) {
    const { service, signal, route, caller } = stream
    const key = JSON.stringify([service, signal, route, caller])
    const known = loudest.get(key)
    if (!known || stream.logE > known.logE) loudest.set(key, stream)
  }
  return [...loudest.values()]
}
