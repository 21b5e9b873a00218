/**
 * The epoch that a group's offset counts in, as the offset's metadata. Brokers keep and give back that text;
 * it is replaced by every commit, and forgotten with the offset when its topic is deleted.
 */

const form = /^epoch=(\d{1,15})$/

export function metadataOf(epoch: number): string {
  return epoch === 0 ? '' : `epoch=${epoch}`
}

/** What others wrote there is none of ours. */
export function epochOf(metadata: string | null): number {
  return Number(form.exec(metadata ?? '')?.[1] ?? 0)
}
