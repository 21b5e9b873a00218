/** `replay` in this process with default settings: its lines, parsed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { replay } from '../../src/cli/replay/replay.ts'
import type { MetricRule } from '../../src/core/rollup/metric-rules.ts'
import { foldDefaults } from '../../src/core/rollup/fold/settings.ts'
import { attributeDefaults, detectDefaults } from './pipeline.ts'

export interface Line {
  readonly type: string
  readonly [key: string]: unknown
}

/** The lines of several files, as if each were one. */
export async function replayLines(
  files: readonly (readonly string[])[],
  settings: { readonly metrics?: readonly MetricRule[] } = {},
): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'replay-'))
  try {
    const paths = files.map((lines, i) => {
      const path = join(folder, `${i}.jsonl`)
      writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
      return path
    })
    return linesOf(await replayText(paths, settings))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export async function replayText(
  files: readonly string[],
  settings: { readonly metrics?: readonly MetricRule[] } = {},
): Promise<string> {
  let out = ''
  await replay({
    files,
    windows: true,
    verdicts: true,
    rankings: true,
    untilMs: null,
    findManifest: null,
    fold: { ...foldDefaults, ...settings },
    detect: { ...detectDefaults, ...settings },
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
