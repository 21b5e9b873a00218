/**
 * Which of the streams that got worse stands in the title: the worst; but where that is the whole service and one
 * route alone of the same signal got worse, that route, since it says where to look.
 */
import type { StreamEvidence } from '../../contracts/findings.ts'

/** `loud` are the streams that got worse, the worst first. */
export function headlineOf(loud: readonly StreamEvidence[]): StreamEvidence | undefined {
  const [worst] = loud
  if (worst === undefined || worst.scope.route !== null) return worst
  const [route, ...others] = loud.filter(
    ({ scope, signal }) => scope.route !== null && signal === worst.signal,
  )
  return route !== undefined && others.length === 0 ? route : worst
}
