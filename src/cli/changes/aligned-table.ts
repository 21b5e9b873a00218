/** Rows as lines of columns. Control characters of foreign text are shown as `?`, so that none moves the cursor. */
export function alignedTable(rows: readonly (readonly string[])[]): string[] {
  const plain = rows.map((row) => row.map(plainText))
  const widths = (plain[0] ?? []).map((_, at) => Math.max(...plain.map((row) => row[at]!.length)))
  return plain.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  )
}

export function plainText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is to be replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '?')
}
