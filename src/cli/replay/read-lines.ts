/**
 * The lines of one recorded file, never whole in memory: plain, `.gz` or `.zst` (long window), JSON lines
 * or the Collector's length-prefixed protobuf. `-` is standard input.
 *
 * What can be read of a damaged file (cut, not what its name says) is read; then one `null` says so. A line
 * beyond the bound is one `null` too, and what follows it is read.
 */
import { createReadStream } from 'node:fs'
import { constants, createGunzip, createZstdDecompress } from 'node:zlib'
import { UnreachableError } from '../../core/kernel/errors.ts'

/** A line or message may be as large as a request (`limits.requestBytes`). */
const lineBytesMax = 64 * 1024 * 1024
const newline = 0x0a

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

export async function* readLines(file: string): AsyncGenerator<Buffer | null> {
  const raw: NodeJS.ReadableStream =
    file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1 << 20 })
  const source = decompressed(raw, file)
  try {
    yield* splitMessages(source as AsyncIterable<Buffer>)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    if (/^(Z_|ZSTD_)/.test(code)) {
      process.stderr.write(`culprit: ${file}: ${message}; what came before it is used\n`)
      return yield null
    }
    throw new UnreachableError(`${file}: ${message}`)
  }
}

function decompressed(raw: NodeJS.ReadableStream, file: string): NodeJS.ReadableStream {
  const pipe = (to: NodeJS.ReadWriteStream) => {
    raw.on('error', (error) => {
      to.emit('error', error)
    })
    return raw.pipe(to)
  }
  if (file.endsWith('.gz')) return pipe(createGunzip({ chunkSize: 1 << 18 }))
  if (file.endsWith('.zst')) {
    return pipe(createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 27 } }))
  }
  return raw
}

/** JSON lines begin with `{` or white space; a length prefix of 4 bytes begins with a small number. */
async function* splitMessages(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null> {
  let rest: Buffer[] = []
  let restBytes = 0
  let prefixed: boolean | null = null
  let skipping = false
  for await (const bytes of source) {
    const chunk: Buffer = prefixed === null ? withoutMark(bytes) : bytes
    if (chunk.length === 0) continue
    prefixed ??= chunk[0] === 0 || (chunk[0]! < 0x09 && chunk[0]! !== newline)
    if (prefixed) {
      rest.push(chunk)
      restBytes += chunk.length
      const whole: Buffer = rest.length === 1 ? rest[0]! : Buffer.concat(rest)
      let at = 0
      while (at + 4 <= whole.length) {
        const size: number = whole.readUInt32BE(at)
        if (size > lineBytesMax) return yield null
        if (at + 4 + size > whole.length) break
        yield whole.subarray(at + 4, at + 4 + size)
        at += 4 + size
      }
      rest = at < whole.length ? [whole.subarray(at)] : []
      restBytes = whole.length - at
      continue
    }
    let from = 0
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      const tail = chunk.subarray(from, at)
      const line = rest.length === 0 ? tail : Buffer.concat([...rest, tail])
      rest = []
      restBytes = 0
      from = at + 1
      if (!skipping && !isBlank(line)) yield line
      skipping = false
    }
    if (from < chunk.length && !skipping) {
      rest.push(chunk.subarray(from))
      restBytes += chunk.length - from
      if (restBytes <= lineBytesMax) continue
      skipping = true
      rest = []
      restBytes = 0
      yield null
    }
  }
  if (prefixed === true && restBytes > 0) yield null
  if (prefixed === false && restBytes > 0) {
    const line = Buffer.concat(rest)
    if (!isBlank(line)) yield line
  }
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(byteOrderMark) ? bytes.subarray(3) : bytes
}

function isBlank(line: Buffer): boolean {
  return line.length === 0 || (line.length < 80 && line.toString().trim() === '')
}
