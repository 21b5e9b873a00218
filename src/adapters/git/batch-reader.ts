/** Reads what `git cat-file --batch` prints, as it streams; a blob beyond 16 MiB is told as null. */
const blobBytesMax = 16 * 1024 * 1024

/** `<oid> blob <size>\n<content>\n`, or `<oid> missing\n`. */
export class BatchReader {
  readonly #take: (blob: string, text: string | null) => void
  #chunks: Buffer[] = []
  #size = 0
  #blob = ''
  /** Bytes of the content that are still to come, its line feed included; -1 between two blobs. */
  #left = -1
  #kept = true

  constructor(take: (blob: string, text: string | null) => void) {
    this.#take = take
  }

  push(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) rest = this.#left < 0 ? this.#header(rest) : this.#content(rest)
  }

  #header(data: Buffer): Buffer {
    const end = data.indexOf(10)
    if (end < 0) {
      this.#keep(data)
      return Buffer.alloc(0)
    }
    this.#keep(data.subarray(0, end))
    const line = Buffer.concat(this.#chunks).toString('latin1')
    this.#clear()
    const [blob = '', type, size] = line.split(' ')
    this.#blob = blob
    if (type === 'missing' || size === undefined) this.#take(blob, null)
    else {
      this.#left = Number(size) + 1
      this.#kept = Number(size) <= blobBytesMax
    }
    return data.subarray(end + 1)
  }

  #content(data: Buffer): Buffer {
    const part = data.subarray(0, this.#left)
    this.#left -= part.length
    if (this.#kept) this.#keep(part)
    if (this.#left === 0) {
      const text = Buffer.concat(this.#chunks, Math.max(0, this.#size - 1)).toString('utf8')
      this.#take(this.#blob, this.#kept ? text : null)
      this.#clear()
      this.#left = -1
    }
    return data.subarray(part.length)
  }

  #keep(part: Buffer): void {
    this.#chunks.push(part)
    this.#size += part.length
  }

  #clear(): void {
    this.#chunks = []
    this.#size = 0
  }
}
