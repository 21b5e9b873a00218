/**
 * Seeded draws for the simulator: the same seed gives the same numbers on every machine.
 *
 * Uniform: sfc32 (Doty-Humphrey, PractRand). Poisson: multiplication below a mean of 12, above it the
 * transformed rejection of Hörmann (PTRS, Insurance: Mathematics and Economics 12, 1993). Gamma: Marsaglia &
 * Tsang, ACM TOMS 26, 2000.
 */
export class Draws {
  #a: number
  #b: number
  #c: number
  #count = 1
  #spare: number | null = null

  constructor(seed: number, stream = 0) {
    this.#a = seed | 0
    this.#b = stream | 0
    this.#c = 0x9e3779b9 | 0
    for (let i = 0; i < 15; i++) this.uniform()
  }

  /** In [0, 1). */
  uniform(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#count) | 0
    this.#count = (this.#count + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    this.#c |= 0
    return (sum >>> 0) / 2 ** 32
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform()
  }

  /** Standard normal, by the polar method. */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare
      this.#spare = null
      return spare
    }
    for (;;) {
      const x = 2 * this.uniform() - 1
      const y = 2 * this.uniform() - 1
      const s = x * x + y * y
      if (s >= 1 || s === 0) continue
      const factor = Math.sqrt((-2 * Math.log(s)) / s)
      this.#spare = y * factor
      return x * factor
    }
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform())
  }

  poisson(mean: number): number {
    if (!(mean > 0)) return 0
    if (mean >= 12) return this.#poissonOfMany(mean)
    const limit = Math.exp(-mean)
    let count = 0
    for (let p = this.uniform(); p > limit; p *= this.uniform()) count++
    return count
  }

  #poissonOfMany(mean: number): number {
    const b = 0.931 + 2.53 * Math.sqrt(mean)
    const a = -0.059 + 0.02483 * b
    const inverse = 1.1239 + 1.1328 / (b - 3.4)
    const edge = 0.9277 - 3.6224 / (b - 2)
    for (;;) {
      const u = this.uniform() - 0.5
      const v = this.uniform()
      const us = 0.5 - Math.abs(u)
      const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43)
      if (us >= 0.07 && v <= edge) return k
      if (k < 0 || (us < 0.013 && v > us)) continue
      const left = Math.log(v) + Math.log(inverse) - Math.log(a / (us * us) + b)
      if (left <= -mean + k * Math.log(mean) - logFactorial(k)) return k
    }
  }

  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape)
    const d = shape - 1 / 3
    const c = 1 / Math.sqrt(9 * d)
    for (;;) {
      const x = this.normal()
      const v = (1 + c * x) ** 3
      if (v <= 0) continue
      const u = 1 - this.uniform()
      if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
    }
  }

  /**
   * Events in clusters (detection reference, section 18): Poisson(mean / size) clusters, each geometric with
   * mean `size`. Mean `mean`, variance (2 size - 1) * mean.
   */
  clusters(mean: number, size: number): number {
    const count = this.poisson(mean / size)
    if (count === 0 || size <= 1.0001) return count
    return count + this.poisson(this.gamma(count) * (size - 1))
  }

  /** Of `count` things, each with probability `share`: exact for few, rounded normal for many. */
  binomial(count: number, share: number): number {
    if (count > 60) {
      const drawn = count * share + Math.sqrt(count * share * (1 - share)) * this.normal()
      return Math.min(count, Math.max(0, Math.round(drawn)))
    }
    let sum = 0
    for (let i = 0; i < count; i++) if (this.uniform() < share) sum++
    return sum
  }
}

const small = [0, 0]
for (let k = 2; k < 256; k++) small.push(small[k - 1]! + Math.log(k))

/** Stirling with three terms beyond the table: error below 1e-13. */
function logFactorial(k: number): number {
  if (k < small.length) return small[k]!
  const x = k + 1
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5)
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series
}

/** One number from several: a seed for each service of each cell, the same in any order of work. */
export function mixedSeed(...parts: readonly (number | string)[]): number {
  let hash = 0x811c9dc5
  for (const part of parts.join('|')) {
    hash = Math.imul(hash ^ part.codePointAt(0)!, 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
