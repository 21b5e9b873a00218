/**
 * Names of keys. All keys of a unit carry its name as their hash tag, so they lie on one node of a cluster
 * and one script may change them all; units spread over the nodes. The registry of units lies in a slot
 * of its own and is written at openings only.
 *
 *     <prefix>units                 set     units that were ever opened
 *     <prefix>{detect/17}:meta      hash    generation, commit, next, epoch, applied; how much lies in the keys below
 *     <prefix>{detect/17}:groups    set     names of the groups that have entries: nothing is ever scanned for
 *     <prefix>{detect/17}:outbox    string  records of the last commit that may not be published yet
 *     <prefix>{detect/17}:state     hash    entries of group '': no window
 *     <prefix>{detect/17}:w:NAME    hash    entries of one window
 */
export interface UnitKeys {
  readonly meta: string
  readonly groups: string
  readonly outbox: string
  readonly state: string
  /** Nothing ever lies here; see R6 in scripts.ts. */
  readonly never: string
  /** A window's key up to its name. */
  readonly window: string
}

export function keysOf(prefix: string, unit: string): UnitKeys {
  const tag = `${prefix}{${unit}}:`
  return {
    meta: `${tag}meta`,
    groups: `${tag}groups`,
    outbox: `${tag}outbox`,
    state: `${tag}state`,
    never: `${tag}never`,
    window: `${tag}w:`,
  }
}

export function groupKey(keys: UnitKeys, group: string): string {
  return group === '' ? keys.state : keys.window + group
}

export function registryKey(prefix: string): string {
  return `${prefix}units`
}
