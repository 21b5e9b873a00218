/**
 * Instants as people read them: a clock time in UTC or in the reader's zone, an age in one unit. Pure; the
 * present comes in as an argument. Milliseconds since the epoch, or RFC 3339 text.
 */
export type Zone = 'utc' | 'local'

export function toMs(at: string | number): number {
  return typeof at === 'number' ? at : Date.parse(at)
}

/** `09:04:10`, or `09:04` with `precision` minutes. */
export function clockTime(
  at: string | number,
  zone: Zone,
  precision: 'seconds' | 'minutes' = 'seconds',
): string {
  const date = new Date(toMs(at))
  if (Number.isNaN(date.getTime())) return 'unknown time'
  const parts =
    zone === 'utc'
      ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
      : [date.getHours(), date.getMinutes(), date.getSeconds()]
  return parts
    .slice(0, precision === 'seconds' ? 3 : 2)
    .map(twoDigits)
    .join(':')
}

/** The clock time, with the day before it unless it is today's. */
export function dayTime(at: string | number, zone: Zone, nowMs: number): string {
  const day = dayOf(toMs(at), zone)
  const time = clockTime(at, zone, 'minutes')
  return day === dayOf(nowMs, zone) ? time : `${day} ${time}`
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function dayOf(atMs: number, zone: Zone): string {
  const date = new Date(atMs)
  const [day, month] =
    zone === 'utc' ? [date.getUTCDate(), date.getUTCMonth()] : [date.getDate(), date.getMonth()]
  return `${day} ${months[month] ?? '?'}`
}

/** `12 s`, `4 min`, `3 h`, `2 d`: rounded down, never negative. */
export function age(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`
}

/** `7 minutes`, `40 seconds`: for sentences, rounded to the nearest. */
export function duration(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000))
  if (seconds < 90) return plural(seconds, 'second')
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? plural(minutes, 'minute') : plural(Math.round(minutes / 60), 'hour')
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
