/**
 * What a house says of its own metrics (setting `detection.metrics`): the first rule whose glob matches the
 * metric's name holds. `*` stands for any text, `?` for one character; upper and lower case are one.
 */
export interface MetricRule {
  readonly match: string
  /** `gauge`: a value of its own; `business`: a count against its exposure; `ignore`: not judged. */
  readonly signal: 'gauge' | 'business' | 'ignore'
  /** Which way is bad. Left out: as the name says; a business counter is bad when it falls. */
  readonly direction?: 'up' | 'down' | 'both'
  /** Of a business counter: `requests` of the service (the default), a route of it, or another counter. */
  readonly exposure?: string
}

const patterns = new Map<string, RegExp>()
const patternsMax = 1_000

export function globMatches(glob: string, name: string): boolean {
  let pattern = patterns.get(glob)
  if (pattern === undefined) {
    const source = glob.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    pattern = new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'is')
    if (patterns.size >= patternsMax) patterns.clear()
    patterns.set(glob, pattern)
  }
  return pattern.test(name)
}

export function ruleFor(rules: readonly MetricRule[], metric: string): MetricRule | null {
  return rules.find(({ match }) => globMatches(match, metric)) ?? null
}

export const exposureOf = ({ exposure }: MetricRule): string => exposure ?? 'requests'

/** One of what a business counter is counted by: a `request` of the service, else a route or a counter by its name. */
export function perOf(rule: MetricRule): string {
  const exposure = exposureOf(rule)
  return exposure === 'requests' ? 'request' : exposure
}

/** Whether a sum that only grows is counted by itself: as a business counter, or as the exposure of one. */
export function isCounted(rules: readonly MetricRule[], metric: string): boolean {
  if (ruleFor(rules, metric)?.signal === 'business') return true
  return rules.some((rule) => {
    const exposure = exposureOf(rule)
    return rule.signal === 'business' && exposure !== 'requests' && globMatches(exposure, metric)
  })
}
