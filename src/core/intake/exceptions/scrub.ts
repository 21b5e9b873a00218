/**
 * Takes out of texts what may belong to a person or open a door, before they leave `ingest` (contract section 11):
 * e-mail addresses, credentials and queries of URLs, bearer tokens and JWTs, card numbers, `key=value` secrets, and
 * runs of six digits and more. `ingest.scrub` adds patterns.
 *
 * Every repetition is bounded, so that no text can hold it up.
 */

export const scrubbed = '***'

interface Rule {
  readonly pattern: RegExp
  readonly replacement: string
}

const secretName =
  'password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth|authorization|credential|session|cookie|signature'

const rules: readonly Rule[] = [
  { pattern: /eyJ[\w-]{5,}\.[\w-]{5,}\.?[\w-]*/g, replacement: scrubbed },
  { pattern: /:\/\/[^\s/@:]{1,200}(?::[^\s/@]{0,200})?@/g, replacement: `://${scrubbed}@` },
  {
    pattern: /((?::\/\/|(?<![\w/.])\/)[^\s?#"'<>]{1,2000})\?[^\s"'<>)]*/g,
    replacement: `$1?${scrubbed}`,
  },
  { pattern: /[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}\b/gi, replacement: scrubbed },
  {
    // A name that ends like a secret, then its value: quoted, or up to the next gap.
    pattern: new RegExp(
      String.raw`((?:${secretName})[\w-]{0,20}["']?\s{0,3}[=:]\s{0,3})(?:(?:bearer|basic)\s+)?("[^"]{0,500}"|'[^']{0,500}'|[^\s,;&"'}\])]{1,500})`,
      'gi',
    ),
    replacement: `$1${scrubbed}`,
  },
  { pattern: /\b(bearer)\s+[\w.~+/=-]{6,}/gi, replacement: `$1 ${scrubbed}` },
  { pattern: /\b(basic)\s+[\w+/-]{12,}={0,2}/gi, replacement: `$1 ${scrubbed}` },
  { pattern: /(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)/g, replacement: scrubbed },
  { pattern: /\d{6,}/g, replacement: scrubbed },
]

/** Makes a scrubber; `extra` are patterns of one's own, whose matches are taken out too. */
export function makeScrubber(extra: readonly RegExp[] = []): (text: string) => string {
  const own = extra.map((pattern) => ({
    pattern: new RegExp(pattern.source, pattern.global ? pattern.flags : `${pattern.flags}g`),
    replacement: scrubbed,
  }))
  const all = [...own, ...rules]
  return (text) => {
    let result = text
    for (const { pattern, replacement } of all) result = result.replace(pattern, replacement)
    return result
  }
}
