/** Reference vectors of the detection and attribution mathematics, computed apart from this code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

const folder = join(import.meta.dirname, '../fixtures')

export function vectors<T>(file: 'detection' | 'attribution', name: string): T {
  const all = JSON.parse(readFileSync(join(folder, `${file}-vectors.json`), 'utf8')) as Record<
    string,
    T
  >
  const found = all[name]
  if (found === undefined) throw new Error(`no vector ${name} in ${file}-vectors.json`)
  return found
}

/** 1e-6 absolute or relative, whichever is larger. */
export function expectClose(actual: number, expected: number, what = 'value'): void {
  const tolerance = 1e-6 * Math.max(1, Math.abs(expected))
  expect(Math.abs(actual - expected), `${what}: ${actual} against ${expected}`).toBeLessThanOrEqual(
    tolerance,
  )
}

export function expectAllClose(
  actual: ArrayLike<number>,
  expected: readonly number[],
  what = 'value',
): void {
  expect(actual.length, `${what}: length`).toBe(expected.length)
  for (const [i, value] of expected.entries()) expectClose(actual[i]!, value, `${what}[${i}]`)
}

/** Incidents as the vectors have them (detection reference 4.2). */
export const referenceIncidents = {
  incidentRates: [0, Math.log(2.5), Math.log(5)],
  incidentHazards: { enterPerMinute: 1 / 360, leavePerMinute: 1 / 3 },
  incidentSpread: 0,
}
