/** Small readers of foreign JSON that answer with a value or a refusal, never an exception. */

export type JsonObject = Readonly<Record<string, unknown>>

export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: 'malformed' | 'not-utf8'; readonly message: string }

const utf8 = new TextDecoder('utf-8', { fatal: true })

export function parseJson(source: Uint8Array | string): ParsedJson {
  let text: string
  try {
    text = typeof source === 'string' ? source : utf8.decode(source)
  } catch {
    return { ok: false, reason: 'not-utf8', message: 'the JSON is not UTF-8' }
  }
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch (fault) {
    const message = fault instanceof Error ? fault.message : 'not JSON'
    return { ok: false, reason: 'malformed', message }
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Null for text that is no JSON object. */
export function parseObject(text: string): JsonObject | null {
  const parsed = parseJson(text)
  return parsed.ok && isObject(parsed.value) ? parsed.value : null
}

/** One value, the items of an array, or one a line; undefined stands for a line that is no JSON. */
export function jsonValues(text: string): unknown[] {
  const whole = parseJson(text)
  if (whole.ok) return Array.isArray(whole.value) ? whole.value : [whole.value]
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const parsed = parseJson(line)
      return parsed.ok ? parsed.value : undefined
    })
}

/** Null for text that is no base64. */
export function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (each) => each.charCodeAt(0))
  } catch {
    return null
  }
}
