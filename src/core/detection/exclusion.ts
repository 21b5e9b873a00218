/** What a stream excludes: log E' of equivalence for each ratio that was tested (detection reference, section 8). */

export interface Exclusion {
  readonly theta: number
  readonly logE: number
}

/** Log E' that a stream is not worse by more than `theta` (a falling one: less than 1 / theta), or by what matters. */
export function exclusionOf(
  {
    excludes,
    materialRatio = 1,
  }: { readonly excludes: readonly Exclusion[]; readonly materialRatio?: number | undefined },
  theta: number,
): number {
  const least = Math.max(theta, materialRatio)
  const within = excludes.filter((each) => sizeOf(each.theta) <= least + 1e-9)
  return Math.max(-Infinity, ...within.map(({ logE }) => logE))
}

/** Of an effect, whichever way it goes. */
export function sizeOf(theta: number): number {
  return theta >= 1 ? theta : 1 / theta
}
