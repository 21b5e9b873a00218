/**
 * The spacing of a stream's points: the median of those seen lately, snapped to one of the steps that
 * Culprit knows (contract section 4, *Spacing*). Milliseconds.
 */

export const stepsMs = [10_000, 15_000, 30_000, 60_000, 300_000] as const
const kept = 15

/** Adds one observed spacing; the newest `kept` are remembered. Returns false for what is no spacing. */
export function observeSpacing(seen: number[], spacingMs: number): boolean {
  if (!(spacingMs > 0) || spacingMs > 2 * stepsMs[stepsMs.length - 1]!) return false
  seen.push(spacingMs)
  if (seen.length > kept) seen.shift()
  return true
}

/** The step nearest (in ratio) to the median spacing; null while none was seen. */
export function stepOf(seen: readonly number[]): number | null {
  if (seen.length === 0) return null
  const sorted = [...seen].sort((a, b) => a - b)
  const median = sorted[Math.floor((sorted.length - 1) / 2)]!
  let best: number = stepsMs[0]
  for (const step of stepsMs) {
    if (Math.abs(Math.log(step / median)) < Math.abs(Math.log(best / median))) best = step
  }
  return best
}
