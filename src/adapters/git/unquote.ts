/** A path as git prints it: in double quotes with C escapes where it holds control characters or quotes. */

const escapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  '\\': 92,
}

export function unquotePath(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text
  const source = Buffer.from(text.slice(1, -1), 'utf8')
  const bytes: number[] = []
  for (let at = 0; at < source.length; at++) {
    const byte = source[at]!
    if (byte !== 92) {
      bytes.push(byte)
      continue
    }
    const octal = /^[0-3][0-7]{2}/.exec(source.toString('latin1', at + 1, at + 4))?.[0]
    if (octal !== undefined) {
      bytes.push(Number.parseInt(octal, 8))
      at += 3
    } else {
      at++
      bytes.push(escapes[String.fromCharCode(source[at] ?? 92)] ?? source[at] ?? 92)
    }
  }
  return Buffer.from(bytes).toString('utf8')
}
