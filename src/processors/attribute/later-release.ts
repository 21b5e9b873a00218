/** Which release of a service took over from another. */
import type { EnvironmentState, ReleaseEntry } from './state.ts'

/** The next release of the same service that has come up since. */
export function laterRelease(
  state: EnvironmentState,
  { finding }: ReleaseEntry,
): ReleaseEntry | null {
  let found: ReleaseEntry | null = null
  for (const other of state.releases.values()) {
    const { service, startedAtMs, version, exposedAtMs, id } = other.finding
    if (id === finding.id || service !== finding.service || version === finding.version) continue
    if (startedAtMs < finding.startedAtMs || exposedAtMs === null) continue
    const first = found?.finding
    const earlier =
      first === undefined ||
      startedAtMs < first.startedAtMs ||
      (startedAtMs === first.startedAtMs && id < first.id)
    if (earlier) found = other
  }
  return found
}
