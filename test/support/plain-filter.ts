/**
 * The forward filter a second time, slow and plain: detection reference 6.1 to 6.3 as it is written, in
 * plain probabilities and loops, from nothing of the product. For comparison only.
 */
export interface PlainSpec {
  readonly mode: 'split' | 'forecast'
  readonly eta: number
  readonly tau: number
  readonly phiPerMinute: number
  readonly thetaMin: number
  readonly thetas: readonly number[]
  readonly weights: readonly number[]
  readonly start: number
  readonly hazard: number
  readonly returnHazard: number
  readonly warmUps: readonly number[]
  readonly warmUpPrior: readonly number[]
  readonly kernel: 'every_bucket' | 'every_minute'
  /** The drift's move, up or down, as an incident begins or ends; 0: none. */
  readonly spread: number
}

export type PlainBucket =
  | { readonly n1: number; readonly e1: number; readonly n0: number; readonly e0: number }
  | { readonly n: number; readonly e: number; readonly logRate: number }
  | 'missing'

type Plane = number[][]

const points = 15

export class PlainFilter {
  readonly #spec: PlainSpec
  readonly #u: number[]
  readonly #t: number[][]
  readonly #beta: number[]
  readonly #b: number[][]
  readonly #s: number[][]
  readonly #nul: Plane[]
  readonly #pre: Plane[]
  readonly #alt: Plane[][]
  readonly lnull: number[]
  readonly ltot: number[]
  #k = 0

  constructor(spec: PlainSpec) {
    this.#spec = spec
    const { tau, start, weights, warmUps, mode } = spec
    const minutes = spec.kernel === 'every_minute' ? 1 : 1 / 6
    this.#u = Array.from({ length: points }, (_, i) => -3.5 * tau + (i * 7 * tau) / (points - 1))
    const phi = spec.phiPerMinute ** minutes
    const sd = Math.max(tau * Math.sqrt(1 - phi * phi), 0.6 * (this.#u[1]! - this.#u[0]!))
    this.#t = this.#u.map((from) =>
      normal(this.#u.map((to) => Math.exp(-0.5 * ((to - phi * from) / sd) ** 2))),
    )
    const steps = Math.round(spec.spread / (this.#u[1]! - this.#u[0]!))
    const near = (i: number, j: number) => i === j || Math.abs(i - j) === steps
    this.#s = this.#u.map((_, i) => normal(this.#u.map((_, j) => (near(i, j) ? 1 : 0))))
    const be = 1 - (1 - 1 / 360) ** (1 / 6)
    const bx = 1 - (1 - 1 / 3) ** (1 / 6)
    this.#beta = mode === 'split' ? [0] : [0, Math.log(2.5), Math.log(5)]
    this.#b =
      mode === 'split'
        ? [[1]]
        : [
            [1 - be, be / 2, be / 2],
            [bx, 1 - bx, 0],
            [bx, 0, 1 - bx],
          ]
    const p = normal(this.#u.map((u) => Math.exp((-u * u) / (2 * tau * tau))))
    const first = (share: number): Plane =>
      this.#beta.map((_, b) => p.map((each) => (b === 0 ? each * share : 0)))
    this.#nul = warmUps.map(() => first(1))
    this.#pre = warmUps.map(() => first(1 - start))
    this.#alt = warmUps.map(() => weights.map((weight) => first(start * weight)))
    this.lnull = warmUps.map(() => 0)
    this.ltot = warmUps.map(() => 0)
  }

  push(bucket: PlainBucket): void {
    for (const w of this.#spec.warmUps.keys()) this.#step(w, bucket)
    this.#k++
  }

  get logE(): number {
    return this.#mix(this.ltot) - this.#mix(this.lnull)
  }

  #mix(logs: readonly number[]): number {
    const terms = logs.map((log, w) => log + Math.log(this.#spec.warmUpPrior[w]!))
    const top = Math.max(...terms)
    return top + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - top), 0))
  }

  #step(w: number, bucket: PlainBucket): void {
    const { thetaMin, thetas, weights, hazard, returnHazard, warmUps } = this.#spec
    this.#nul[w] = this.#propagate(this.#nul[w]!)
    this.#pre[w] = this.#propagate(this.#pre[w]!)
    this.#alt[w] = this.#alt[w]!.map((plane) => this.#propagate(plane))
    if (bucket === 'missing') return
    const wk = warmUps[w]! * Math.exp(-(this.#k / 6) / 2)
    const logs = (theta: number) =>
      this.#beta.map((beta) =>
        this.#u.map((u) => this.#logLik(bucket, u + beta + Math.log(theta) + wk)),
      )
    const l0 = logs(thetaMin)
    const lj = thetas.map(logs)
    const m0 = Math.max(...l0.flat())
    const m = Math.max(m0, ...lj.flat(2))

    const nul = times(this.#nul[w]!, l0, m0)
    const z0 = total(nul)
    this.#nul[w] = scaled(nul, 1 / z0)
    this.lnull[w]! += Math.log(z0) + m0

    let pre = times(this.#pre[w]!, l0, m)
    let alt = this.#alt[w]!.map((plane, j) => times(plane, lj[j]!, m))
    const z = total(pre) + alt.reduce((sum, plane) => sum + total(plane), 0)
    pre = scaled(pre, 1 / z)
    alt = alt.map((plane) => scaled(plane, 1 / z))
    this.ltot[w]! += Math.log(z) + m

    const mv = scaled(pre, hazard)
    pre = plus(pre, mv, -1)
    alt = alt.map((plane, j) => plus(plane, mv, weights[j]!))
    if (returnHazard > 0) {
      for (const plane of alt) pre = plus(pre, plane, returnHazard)
      alt = alt.map((plane) => scaled(plane, 1 - returnHazard))
    }
    this.#pre[w] = pre
    this.#alt[w] = alt
  }

  #propagate(a: Plane): Plane {
    const moves = this.#spec.kernel === 'every_bucket' || this.#k % 6 === 0
    const out = a.map((row) => row.map(() => 0))
    for (const [b, row] of a.entries()) {
      for (const [g, mass] of row.entries()) {
        for (const c of a.keys()) {
          for (const h of row.keys()) {
            const drift = moves ? this.#t[g]![h]! : g === h ? 1 : 0
            const moved = mass * drift * this.#b[b]![c]!
            if (b === c) out[c]![h]! += moved
            else if (moved > 0)
              for (const [i, to] of this.#s[h]!.entries()) out[c]![i]! += moved * to
          }
        }
      }
    }
    return out
  }

  #logLik(bucket: Exclude<PlainBucket, 'missing'>, o: number): number {
    const { eta } = this.#spec
    if ('n1' in bucket) {
      const x = Math.log(Math.max(bucket.n1, 0.5) / Math.max(bucket.n0, 0.5)) + o
      const softplus = x > 30 ? x + Math.exp(-x) : Math.log1p(Math.exp(x))
      return eta * (bucket.e1 * x - (bucket.e1 + bucket.e0) * softplus)
    }
    const x = Math.log(Math.max(bucket.n, 0.5)) + bucket.logRate + o
    return eta * (bucket.e * x - Math.exp(x))
  }
}

function normal(values: readonly number[]): number[] {
  const sum = values.reduce((all, each) => all + each, 0)
  return values.map((each) => each / sum)
}
const times = (a: Plane, logs: Plane, max: number): Plane =>
  a.map((row, b) => row.map((mass, g) => mass * Math.exp(logs[b]![g]! - max)))
const scaled = (a: Plane, by: number): Plane => a.map((row) => row.map((mass) => mass * by))
const plus = (a: Plane, other: Plane, by: number): Plane =>
  a.map((row, b) => row.map((mass, g) => mass + other[b]![g]! * by))
const total = (a: Plane): number => a.flat().reduce((sum, each) => sum + each, 0)
