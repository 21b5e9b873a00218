/**
 * Which bucket of an exponential histogram a value lies in, and where a bucket ends.
 *
 * Bucket i of scale s holds (base^i, base^(i+1)], base = 2^(2^-s): upper-inclusive, as OTLP says (opentelemetry
 * data model, ExponentialHistogram). Exact for scales 0 to 8: the edges inside one octave are the largest doubles
 * not above 2^(k/n), proven with integers, so a value on an edge never lands one bucket off. Scales below 0 follow
 * from scale 0 by shifting. Finer scales use the logarithm and may be off within 1 ulp of an edge; Culprit brings
 * such input down to scale 6 before it compares anything.
 *
 * Values are finite and above 0: zeros belong to the zero bucket, others are refused at intake.
 */
const exactScaleMax = 8

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer) // little-endian hosts, as all that Node runs on

interface Indexer {
  readonly perOctave: number
  /** upper[k]: where bucket k of the octave [1, 2) ends. */
  readonly upper: Float64Array
  /** Bucket at the start of each cell of the top 11 mantissa bits. */
  readonly first: Uint16Array
}

// One per scale at most, made when first used: a function of the scale alone.
const indexers = new Map<number, Indexer>()

/** Index of the bucket that holds `value` at `scale`. */
export function bucketIndex(value: number, scale: number): number {
  if (scale > exactScaleMax) return indexByLogarithm(value, scale)
  if (scale < 0) return indexWith(indexerFor(0), value) >> -scale
  return indexWith(indexerFor(scale), value)
}

/** The indexer of one scale, for loops that keep to it. */
export function indexerOf(scale: number): (value: number) => number {
  if (scale > exactScaleMax || scale < 0) return (value) => bucketIndex(value, scale)
  const indexer = indexerFor(scale)
  return (value) => indexWith(indexer, value)
}

/** Where bucket `index` ends; the greatest value that it holds. Infinity beyond the doubles, 0 below them. */
export function bucketUpper(index: number, scale: number): number {
  if (scale <= 0) return 2 ** ((index + 1) * 2 ** -scale)
  if (scale > exactScaleMax) return 2 ** ((index + 1) / 2 ** scale)
  const { perOctave, upper } = indexerFor(scale)
  const octave = Math.floor(index / perOctave)
  return upper[index - octave * perOctave]! * 2 ** octave
}

/** Where bucket `index` begins; not part of it. */
export function bucketLower(index: number, scale: number): number {
  return bucketUpper(index - 1, scale)
}

function indexWith({ perOctave, upper, first }: Indexer, value: number): number {
  let exponent = -1023
  double[0] = value
  if (value < 2 ** -1022) {
    double[0] = value * 2 ** 52
    exponent -= 52
  }
  const high = words[1]!
  exponent += high >>> 20
  words[1] = (high & 0xfffff) | 0x3ff00000 // the mantissa in [1, 2)
  const mantissa = double[0]
  if (mantissa === 1) return exponent * perOctave - 1
  let k = first[(high >>> 9) & 2047]!
  if (mantissa > upper[k]!) k++
  return exponent * perOctave + k
}

function indexByLogarithm(value: number, scale: number): number {
  let exponent = Math.floor(Math.log2(value))
  let mantissa = value / 2 ** exponent
  if (mantissa < 1) {
    exponent--
    mantissa *= 2
  } else if (mantissa >= 2) {
    exponent++
    mantissa /= 2
  }
  const perOctave = 2 ** scale
  if (mantissa === 1) return exponent * perOctave - 1
  return exponent * perOctave + Math.ceil(Math.log2(mantissa) * perOctave) - 1
}

function indexerFor(scale: number): Indexer {
  let indexer = indexers.get(scale)
  if (indexer === undefined) {
    indexer = makeIndexer(1 << scale)
    indexers.set(scale, indexer)
  }
  return indexer
}

function makeIndexer(perOctave: number): Indexer {
  const upper = Float64Array.from({ length: perOctave }, (_, k) => edge(k + 1, perOctave))
  const first = new Uint16Array(2048)
  for (let cell = 0, k = 0; cell < 2048; cell++) {
    while (upper[k]! < 1 + cell / 2048) k++
    first[cell] = k
  }
  return { perOctave, upper, first }
}

/** Largest double <= 2^(k/n), for 0 < k <= n. */
function edge(k: number, n: number): number {
  const power = BigInt(n)
  const limit = 1n << BigInt(52 * n + k)
  let mantissa = BigInt(2 ** (k / n) * 2 ** 52)
  while (mantissa ** power > limit) mantissa--
  while ((mantissa + 1n) ** power <= limit) mantissa++
  return Number(mantissa) / 2 ** 52
}
