/**
 * The body of a request, inflated, within a bound that counts after inflation: a small body that inflates
 * without end is refused as soon as it passes the bound.
 */
import type { IncomingMessage } from 'node:http'
import { gunzip, inflate, zstdDecompress } from 'node:zlib'

export type Body =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly status: 400 | 413 | 415; readonly message: string }

const tooLarge: Body = {
  ok: false,
  status: 413,
  message: 'the body is larger than limits.requestBytes',
}

export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Body> {
  const raw = await readRaw(request, bytesMax)
  if (!raw.ok) return raw
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  switch (encoding) {
    case 'identity':
    case '':
      return raw
    case 'gzip':
    case 'x-gzip':
      return inflated(gunzip, raw.bytes, bytesMax)
    case 'zstd':
      return inflated(zstdDecompress, raw.bytes, bytesMax)
    case 'deflate':
      return inflated(inflate, raw.bytes, bytesMax)
    default:
      return { ok: false, status: 415, message: `content-encoding ${encoding} is not known` }
  }
}

function readRaw(request: IncomingMessage, bytesMax: number): Promise<Body> {
  const announced = Number(request.headers['content-length'] ?? Number.NaN)
  if (announced > bytesMax) {
    request.resume()
    return Promise.resolve(tooLarge)
  }
  // Allocated at once where the length is announced: appending chunks would copy everything twice.
  const whole = Number.isInteger(announced) && announced > 0 ? Buffer.allocUnsafe(announced) : null
  const chunks: Buffer[] = []
  let length = 0
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      if (length > bytesMax) return
      if (whole !== null && length + chunk.length <= whole.length) chunk.copy(whole, length)
      else chunks.push(chunk)
      length += chunk.length
      if (length > bytesMax) resolve(tooLarge)
    })
    request.on('end', () => {
      const bytes =
        whole !== null ? whole.subarray(0, Math.min(length, whole.length)) : Buffer.concat(chunks)
      resolve({ ok: true, bytes })
    })
    request.on('error', () => {
      resolve({ ok: false, status: 400, message: 'the request was cut off' })
    })
    request.on('aborted', () => {
      resolve({ ok: false, status: 400, message: 'the request was cut off' })
    })
  })
}

type Inflate = (
  bytes: Buffer,
  options: { maxOutputLength: number },
  done: (error: Error | null, result: Buffer) => void,
) => void

function inflated(decompress: Inflate, bytes: Buffer, bytesMax: number): Promise<Body> {
  if (bytes.length === 0) return Promise.resolve({ ok: true, bytes })
  return new Promise((resolve) => {
    decompress(bytes, { maxOutputLength: bytesMax }, (error, result) => {
      if (error === null) resolve({ ok: true, bytes: result })
      else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') resolve(tooLarge)
      else resolve({ ok: false, status: 400, message: 'the body does not inflate' })
    })
  })
}
