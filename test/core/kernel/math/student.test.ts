import { describe, expect, it } from 'vitest'
import { normalQuantile } from '../../../../src/core/kernel/math/normal.ts'
import { studentQuantile } from '../../../../src/core/kernel/math/student.ts'

describe("quantiles of Student's distribution", () => {
  it.each([
    { level: 0.9995, freedom: 1, quantile: 636.619 },
    { level: 0.9995, freedom: 2, quantile: 31.599 },
    { level: 0.9995, freedom: 3, quantile: 12.924 },
    { level: 0.9995, freedom: 4, quantile: 8.61 },
    { level: 0.9995, freedom: 10, quantile: 4.587 },
    { level: 0.9995, freedom: 60, quantile: 3.46 },
    { level: 0.975, freedom: 3, quantile: 3.182 },
    { level: 0.975, freedom: 5, quantile: 2.571 },
    { level: 0.975, freedom: 30, quantile: 2.042 },
    { level: 0.9, freedom: 7, quantile: 1.415 },
  ])('are those of the tables: $level, $freedom', ({ level, freedom, quantile }) => {
    expect(studentQuantile(level, freedom)).toBeCloseTo(quantile, 3)
  })

  it('come to the normal ones from above', () => {
    expect(studentQuantile(0.9995, 10_000)).toBeCloseTo(normalQuantile(0.9995), 2)
    expect(studentQuantile(0.9995, 100)).toBeGreaterThan(normalQuantile(0.9995))
  })
})
