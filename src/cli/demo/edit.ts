/** One replacement in a text file. Pure: an edit whose place is not found exactly once is a mistake in the demo's data. */

export interface Edit {
  readonly path: string
  readonly from: string
  readonly to: string
}

export function applyEdit(text: string, { path, from, to }: Edit): string {
  const parts = text.split(from)
  if (parts.length !== 2) {
    throw new Error(`${path}: expected the text once, found it ${parts.length - 1} times: ${from}`)
  }
  return parts.join(to)
}
