/**
 * What each stream's evidence weighs in its release (detection reference, section 11). Fixed before the
 * release; sums to 1.
 *
 * A group without a stream gives its weight to the others in proportion. Routes share theirs by traffic,
 * and within a route its streams equally; callers share availability by calls.
 */

export type StreamGroup = 'errors' | 'latency' | 'traffic' | 'availability' | 'new-error' | 'route'

export const groupWeights: Readonly<Record<StreamGroup, number>> = {
  errors: 0.4,
  latency: 0.2,
  traffic: 0.1,
  availability: 0.1,
  'new-error': 0.05,
  route: 0.15,
}

export interface WeighedStream {
  readonly group: StreamGroup
  /** Streams with the same member (a route, a caller) share that member's part equally. */
  readonly member: string
  /** Requests of the route or calls of the caller in the last hour; any number where the group has one member. */
  readonly traffic: number
}

/** Weights in the order given. */
export function releaseWeights(streams: readonly WeighedStream[]): number[] {
  const groups = new Map<StreamGroup, Map<string, { traffic: number; streams: number }>>()
  for (const { group, member, traffic } of streams) {
    const members = groups.get(group) ?? new Map<string, { traffic: number; streams: number }>()
    groups.set(group, members)
    const known = members.get(member) ?? { traffic, streams: 0 }
    members.set(member, { traffic: known.traffic, streams: known.streams + 1 })
  }
  let present = 0
  for (const group of groups.keys()) present += groupWeights[group]
  return streams.map(({ group, member }) => {
    const members = groups.get(group)!
    const mine = members.get(member)!
    let traffic = 0
    for (const each of members.values()) traffic += each.traffic
    const share = traffic > 0 ? mine.traffic / traffic : 1 / members.size
    return (groupWeights[group] / present) * (share / mine.streams)
  })
}
