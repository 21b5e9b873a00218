/**
 * Names of tools, models and sessions as other programs wrote them, without what is personal: of a path or a local address
 * the last segment stays, of a home folder nothing. Source: provenance reference, sections 1.12 and 3.4.
 */
const path = /^(?:file:|~|\/|\\|\.{1,2}[\\/]|[a-z]:[\\/])/i
const home = /^(?:\/(?:home|users)\/[^/]+|\/root|[a-z]:\/users\/[^/]+|~)$/i

/** Null where nothing is left that may be kept. */
export function withoutPath(text: string): string | null {
  const plain = text.trim()
  if (plain === '') return null
  if (!path.test(plain)) return plain
  const whole = plain
    .replaceAll('\\', '/')
    .replace(/^file:\/*(?=[a-z]:\/)/i, '')
    .replace(/^file:\/*/i, '/')
    .replace(/\/+$/, '')
  if (home.test(whole)) return null
  const last = whole.split('/').at(-1) ?? ''
  return last === '' || last === '~' ? null : last
}
