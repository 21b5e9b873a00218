/** A record of `culprit.findings`, or null for what does not fit its schema. */
import { Finding } from '../../contracts/findings.ts'

export function readFinding(value: Uint8Array): Finding | null {
  try {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()
    const parsed = Finding.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
