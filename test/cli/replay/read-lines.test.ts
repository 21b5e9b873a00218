import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readLines } from '../../../src/cli/replay/read-lines.ts'
import { mergeFiles } from '../../../src/cli/replay/merge-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lines-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

async function read(name: string, bytes: Uint8Array | string): Promise<string[]> {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  const lines: string[] = []
  for await (const line of readLines(file)) lines.push(line?.toString() ?? 'cut')
  return lines
}

async function refusals(name: string, bytes: Uint8Array | string): Promise<string[]> {
  const file = join(folder, name)
  writeFileSync(file, bytes)
  const found: string[] = []
  for await (const { parsed } of mergeFiles([file])) {
    if (parsed.kind === 'refused') found.push(parsed.reason)
  }
  return found
}

const message = (size: number, fill: number) => {
  const bytes = Buffer.alloc(4 + size, fill)
  bytes.writeUInt32BE(size)
  return bytes
}

describe('readLines', () => {
  it.each([
    { text: 'a\nb\n', why: 'line feeds' },
    { text: 'a\r\n\r\nb', why: 'carriage returns, a blank line, no end of line' },
    { text: '\ufeffa\nb', why: 'a byte order mark' },
  ])('reads two lines from a file with $why', async ({ text }) => {
    const lines = await read('x.jsonl', text)
    expect(lines.map((line) => line.trim())).toEqual(['a', 'b'])
  })

  it('skips a line beyond the bound and reads what follows it', async () => {
    const long = Buffer.alloc(65 * 1024 * 1024, 'x')
    expect(
      await read('x.jsonl', Buffer.concat([Buffer.from('a\n'), long, Buffer.from('\nb\n')])),
    ).toEqual(['a', 'cut', 'b'])
  })

  it('reads length-prefixed messages', async () => {
    const bytes = Buffer.concat([message(3, 0x61), message(2, 0x62)])
    expect(await read('x.pb', bytes)).toEqual(['aaa', 'bb'])
  })

  const text = Array.from({ length: 3000 }, (_, i) => `{"resourceSpans":[],"n":${i}}\n`).join('')
  const gzip = gzipSync(text)
  const zstd = zstdCompressSync(text)
  it.each([
    { name: 'x.gz', bytes: gzip.subarray(0, gzip.length - 100), why: 'cut gzip' },
    { name: 'x.zst', bytes: zstd.subarray(0, zstd.length - 10), why: 'cut zstd' },
    { name: 'y.gz', bytes: Buffer.from('no gzip at all'), why: 'a name that promises gzip' },
    { name: 'y.zst', bytes: Buffer.from('no zstd at all'), why: 'a name that promises zstd' },
    {
      name: 'x.pb',
      bytes: Buffer.concat([message(3, 0), message(900, 0).subarray(0, 90)]),
      why: 'a message that is cut',
    },
    {
      name: 'y.pb',
      bytes: Buffer.from([0x05, 0xff, 0xff, 0xff, 1, 2, 3]),
      why: 'a length beyond all bounds',
    },
  ])('goes on to the end and counts one refusal for $why', async ({ name, bytes }) => {
    const found = await refusals(name, bytes)
    expect(found.length).toBeGreaterThan(0)
    expect(found.at(-1)).toBe('cut-file')
  })
})
