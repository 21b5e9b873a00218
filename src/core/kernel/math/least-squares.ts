/**
 * Weighted least squares by the normal equations and Cholesky: for a handful of columns of similar size
 * (a season has five), where the loss of digits against QR does not matter. Pure.
 *
 * Answers null when the columns do not determine the coefficients.
 */

export interface Design {
  /** One row an observation. */
  readonly rows: readonly (readonly number[])[]
  readonly values: readonly number[]
  /** Non-negative; 0 leaves an observation out. */
  readonly weights: readonly number[]
}

export function weightedLeastSquares({ rows, values, weights }: Design): number[] | null {
  const columns = rows[0]?.length ?? 0
  const zeros = () => Array.from({ length: columns }, () => 0)
  const normal = Array.from({ length: columns }, zeros)
  const right = zeros()
  rows.forEach((row, i) => {
    const weight = weights[i]!
    for (let a = 0; a < columns; a++) {
      right[a]! += weight * row[a]! * values[i]!
      for (let b = 0; b <= a; b++) normal[a]![b]! += weight * row[a]! * row[b]!
    }
  })
  return solveCholesky(normal, right)
}

/** Solves A x = y for symmetric positive definite A, given by its lower half. */
function solveCholesky(lower: number[][], right: readonly number[]): number[] | null {
  const size = right.length
  const scale = Math.max(...lower.map((row, i) => row[i]!), 0)
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = lower[a]![b]!
      for (let c = 0; c < b; c++) sum -= lower[a]![c]! * lower[b]![c]!
      if (a !== b) lower[a]![b] = sum / lower[b]![b]!
      else if (sum > scale * 1e-13) lower[a]![a] = Math.sqrt(sum)
      else return null
    }
  }
  const solution = [...right]
  for (let a = 0; a < size; a++) {
    for (let c = 0; c < a; c++) solution[a]! -= lower[a]![c]! * solution[c]!
    solution[a]! /= lower[a]![a]!
  }
  for (let a = size - 1; a >= 0; a--) {
    for (let c = a + 1; c < size; c++) solution[a]! -= lower[c]![a]! * solution[c]!
    solution[a]! /= lower[a]![a]!
  }
  return solution
}
