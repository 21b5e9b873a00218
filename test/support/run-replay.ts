/** `replay` in this process with default settings: its lines, parsed. */
import { replay } from '../../src/cli/replay/replay.ts'
import { foldDefaults } from '../../src/core/rollup/fold/settings.ts'
import { attributeDefaults, detectDefaults } from './pipeline.ts'

export interface Line {
  readonly type: string
  readonly [key: string]: unknown
}

export async function replayText(files: readonly string[]): Promise<string> {
  let out = ''
  await replay({
    files,
    windows: true,
    verdicts: true,
    rankings: true,
    untilMs: null,
    findManifest: null,
    fold: foldDefaults,
    detect: detectDefaults,
    attribute: attributeDefaults,
    write: (text) => {
      out += text
    },
    progress: () => undefined,
  })
  return out
}

export function linesOf(text: string): Line[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}
