/** What OTLP bytes hold, for tests that give what decodes; and the bytes of a text. */
import { decodeOtlp } from '../../../../src/core/intake/otlp/decode.ts'
import type { Signal, Telemetry } from '../../../../src/core/intake/otlp/telemetry.ts'

export const utf8 = (text: string) => new TextEncoder().encode(text)

export function telemetryOf(bytes: Uint8Array, signal: Signal | 'auto'): Telemetry {
  const decoded = decodeOtlp(bytes, signal)
  if (!decoded.ok) throw new Error(`${decoded.reason}: ${decoded.message}`)
  return decoded.telemetry
}
