/** Gathers the traces whose SERVER or CONSUMER span failed, per service, version and window. */
import type { Failed } from '../../../contracts/service-events.ts'
import type { Identity } from '../../intake/identity.ts'
import type { Span } from '../../intake/otlp/telemetry.ts'
import { traceHash, traceId } from './traces.ts'

const tracesMax = 1024
const exemplarsMax = 5

export class Failures {
  readonly #failed = new Map<string, Failed>()

  add(
    span: Span,
    where: {
      readonly identity: Identity
      readonly startMs: number
      readonly route: string
      readonly arrivedMs: number
    },
  ): void {
    const { identity, startMs, route, arrivedMs } = where
    const id = JSON.stringify([identity.key, identity.version, startMs])
    let failed = this.#failed.get(id)
    if (failed === undefined) {
      failed = {
        kind: 'failed',
        service: identity.key,
        version: identity.version,
        startMs,
        arrivedMs,
        traces: [],
        routes: [],
        exemplars: [],
        cut: 0,
      }
      this.#failed.set(id, failed)
    }
    const trace = traceHash(span)
    if (trace === '') return
    if (failed.traces.length >= tracesMax) {
      failed.cut++
      return
    }
    failed.traces.push(trace)
    failed.routes.push(route)
    if (failed.exemplars.length < exemplarsMax) failed.exemplars.push(traceId(span))
  }

  events(): Failed[] {
    return [...this.#failed]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, failed]) => failed)
      .filter((failed) => failed.traces.length > 0)
  }
}
