/**
 * Quantiles of Student's t distribution. Pure.
 *
 * G. W. Hill, "Algorithm 396: Student's t-quantiles", Communications of the ACM 13 (1970): six digits and more.
 */
import { normalQuantile } from './normal.ts'

/** `level` in (.5, 1); `freedom`: degrees of freedom, a whole number from 1 on. */
export function studentQuantile(level: number, freedom: number): number {
  const n = freedom
  const both = 2 * (1 - level)
  if (n === 1) return 1 / Math.tan((both * Math.PI) / 2)
  if (n === 2) return Math.sqrt(2 / (both * (2 - both)) - 2)
  const a = 1 / (n - 0.5)
  const b = 48 / (a * a)
  const c = ((20_700 * a) / b - 98) * a - 16
  const start = c * a + 96.36
  const d = ((94.5 / (b + start) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * n
  const y = (d * both) ** (2 / n)
  return Math.sqrt(
    n * (y > 0.05 + a ? nearNormal(level, n, { a, b, c: start, d }) : farOut(y, n, d)),
  )
}

interface Terms {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
}

function nearNormal(level: number, n: number, { a, b, c, d }: Terms): number {
  const x = normalQuantile(1 - level)
  const few = n < 5 ? 0.3 * (n - 4.5) * (x + 0.6) : 0
  const scale = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c + few
  const y = x * x
  const series = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / scale - y - 3) / b + 1) * x
  return Math.expm1(a * series * series)
}

function farOut(y: number, n: number, d: number): number {
  const inner = (1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y
  return ((inner - 1) * (n + 1)) / (n + 2) + 1 / y
}
