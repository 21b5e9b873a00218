/**
 * A cursor over protobuf bytes: the wire format (protobuf.dev, Encoding), no schema.
 *
 * Promises: never reads outside its bytes, never loops without moving on, and every fault is a `DecodeFault`, which
 * `decodeOtlp` turns into a refusal. A field must end inside its parent; varints have at most 10 bytes; groups
 * (wire types 3 and 4), the unused wire types 6 and 7, and field number 0 are faults.
 *
 * Times are fixed64 nanoseconds since the epoch; they are read as whole milliseconds and the nanoseconds over,
 * both exact.
 */

/** What is wrong with bytes. Thrown inside this folder only and caught where decoding began. */
export class DecodeFault extends Error {
  override readonly name = 'DecodeFault'
  readonly reason: DecodeReason

  constructor(reason: DecodeReason, message: string) {
    super(message)
    this.reason = reason
  }
}

export type DecodeReason = 'truncated' | 'malformed' | 'not-utf8' | 'too-deep' | 'wrong-type'

export const wireVarint = 0
export const wireFixed64 = 1
export const wireBytes = 2
export const wireFixed32 = 5

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export class Wire {
  readonly bytes: Uint8Array
  readonly view: DataView
  at = 0
  /** Nanoseconds over the milliseconds that `timeMs` returned last. */
  nanosOver = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The next tag: field number * 8 + wire type. */
  tag(): number {
    const byte = this.bytes[this.at]!
    const tag = byte < 0x80 ? (this.at++, byte) : this.varint()
    if (tag < 8 || tag > 0xffffffff)
      throw new DecodeFault('malformed', 'field number 0 or too large')
    return tag
  }

  /** An unsigned varint as a double: exact up to 2^53. */
  varint(): number {
    const { bytes } = this
    let value = 0
    let factor = 1
    for (let count = 0; count < 10; count++) {
      const byte = bytes[this.at++]
      if (byte === undefined) throw new DecodeFault('truncated', 'the bytes end inside a varint')
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
    throw new DecodeFault('malformed', 'a varint of more than 10 bytes')
  }

  /** int64: an integer, or its decimal digits where a double would not hold it. */
  int64(): number | string {
    const from = this.at
    const value = this.varint()
    if (value <= Number.MAX_SAFE_INTEGER) return value
    let exact = 0n
    for (let each = from; each < this.at; each++) {
      exact |= BigInt(this.bytes[each]! & 0x7f) << BigInt(7 * (each - from))
    }
    const signed = BigInt.asIntN(64, exact)
    const short = Number(signed)
    return Number.isSafeInteger(short) ? short : signed.toString()
  }

  /** sint32: zigzag. */
  sint32(): number {
    const value = this.varint() % 2 ** 32
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  double(end: number): number {
    const from = this.#advance(8, end)
    return this.view.getFloat64(from, true)
  }

  /** Unsigned; a double, exact up to 2^53. */
  fixed64(end: number): number {
    const from = this.#advance(8, end)
    return this.view.getUint32(from + 4, true) * 2 ** 32 + this.view.getUint32(from, true)
  }

  sfixed64(end: number): number {
    const from = this.#advance(8, end)
    return this.view.getInt32(from + 4, true) * 2 ** 32 + this.view.getUint32(from, true)
  }

  /** Milliseconds of a fixed64 in nanoseconds, rounded down; `nanosOver` has the rest. */
  timeMs(end: number): number {
    const from = this.#advance(8, end)
    const high = this.view.getUint32(from + 4, true)
    // 2^32 = 4294 * 10^6 + 967296, so all of this stays below 2^53.
    const rest = high * 967_296 + this.view.getUint32(from, true)
    const wholeMs = Math.floor(rest / 1e6)
    this.nanosOver = rest - wholeMs * 1e6
    return high * 4294 + wholeMs
  }

  /** `timeMs` of the fixed64 at `at`, which lies inside its parent; the cursor stays. */
  timeMsAt(at: number): number {
    const back = this.at
    this.at = at
    const ms = this.timeMs(at + 8)
    this.at = back
    return ms
  }

  /** 4 bytes, big end first, as a signed word: ids compare by words. */
  word(at: number): number {
    return this.view.getInt32(at, false)
  }

  /** Enters a length-delimited field and returns where it ends. */
  enter(end: number): number {
    const byte = this.bytes[this.at]!
    const length = byte < 0x80 ? (this.at++, byte) : this.varint()
    const to = this.at + length
    if (to > end) throw new DecodeFault('truncated', 'a field ends outside its parent')
    return to
  }

  /** Passes over the value of a field of the given tag. */
  skip(tag: number, end: number): void {
    const type = tag & 7
    if (type === wireBytes) this.at = this.enter(end)
    else if (type === wireVarint) this.varint()
    else if (type === wireFixed64) this.#advance(8, end)
    else if (type === wireFixed32) this.#advance(4, end)
    else throw new DecodeFault('malformed', `wire type ${type}`)
  }

  /** Every message ends exactly where its length says. */
  leave(end: number): void {
    if (this.at !== end) throw new DecodeFault('truncated', 'a field ends outside its parent')
  }

  text(from: number, to: number): string {
    try {
      return utf8.decode(this.bytes.subarray(from, to))
    } catch {
      throw new DecodeFault('not-utf8', 'a string is not UTF-8')
    }
  }

  #advance(size: number, end: number): number {
    const from = this.at
    if (from + size > end) throw new DecodeFault('truncated', 'a field ends outside its parent')
    this.at = from + size
    return from
  }
}
