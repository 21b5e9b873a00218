/**
 * The standard normal distribution. Pure, no tables.
 *
 * `normalQuantile` is Wichura's PPND16, Applied Statistics 37, 1988 (algorithm AS 241), relative error
 * about 1e-16. `normalCdf` is the continued fraction and series of Abramowitz & Stegun 26.2.
 */

const near = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
]
const nearBelow = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852854,
]
const middle = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
]
const middleBelow = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008,
  0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
]
const far = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487,
  0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
]
const farBelow = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
]

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + coefficients[i]!
  return value
}

/** z with P(Z <= z) = p. -Infinity at 0, Infinity at 1, NaN outside. */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN
  if (p === 0) return -Infinity
  if (p === 1) return Infinity
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(near, r)) / polynomial(nearBelow, r)
  }
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)))
  const z =
    r <= 5
      ? polynomial(middle, r - 1.6) / polynomial(middleBelow, r - 1.6)
      : polynomial(far, r - 5) / polynomial(farBelow, r - 5)
  return q < 0 ? -z : z
}

/** P(Z <= z). */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN
  const x = Math.abs(z)
  if (x > 38.5) return z < 0 ? 0 : 1
  const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)
  let above: number
  if (x < 3) {
    // 26.2.11: sum of x^(2n+1) / (1 3 5 ... (2n+1))
    let term = x
    let sum = x
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (x * x) / (2 * n + 1)
      sum += term
    }
    above = 0.5 - density * sum
  } else {
    // 26.2.14, from the far end; 60 terms are exact to a double from x = 3 on
    let fraction = 0
    for (let n = 60; n >= 1; n--) fraction = n / (x + fraction)
    above = density / (x + fraction)
  }
  return z < 0 ? above : 1 - above
}
