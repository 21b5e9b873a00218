/**
 * A pattern that is held against one line from its start. What ships is compiled by the platform's engine; for what
 * users write a linear-time one is handed in, for a line is foreign text too.
 */
export interface LineMatch {
  readonly text: string
  readonly groups: Readonly<Record<string, string | undefined>>
}

export interface LinePattern {
  match(line: string): LineMatch | null
}

/** Throws what the engine throws for a pattern that is none. */
export type CompilePattern = (pattern: string, flags: 'i' | '') => LinePattern

export const compileTrusted: CompilePattern = (pattern, flags) => {
  const compiled = new RegExp(anchored(pattern), flags)
  return {
    match: (line) => {
      const found = compiled.exec(line)
      return found ? { text: found[0], groups: found.groups ?? {} } : null
    },
  }
}

export function anchored(pattern: string): string {
  return pattern.startsWith('^') ? pattern : `^(?:${pattern})`
}
