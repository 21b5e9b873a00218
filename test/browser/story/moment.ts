/**
 * The moment of the story that the browser tests serve: checkout 1.42.0 broke POST /orders some minutes ago.
 * Every verdict, signal and naming occurs in it; the figures are those that the page must show.
 */
export const nowMs = Date.parse('2026-11-22T09:11:12.000Z')

export function at(time: string): string {
  return `2026-11-22T${time.length === 5 ? `${time}:00` : time}.000Z`
}
