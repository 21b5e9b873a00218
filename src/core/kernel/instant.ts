/** Instants between the two forms in use: integer milliseconds inside, RFC 3339 UTC outside. */

export function formatInstant(atMs: number): string {
  return new Date(atMs).toISOString()
}

/** Milliseconds since the epoch, or null for text that is no instant. */
export function parseInstant(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}/.test(text)) return null
  const atMs = Date.parse(text)
  return Number.isNaN(atMs) ? null : atMs
}
