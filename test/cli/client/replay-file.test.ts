import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readReplay } from '../../../src/cli/client/replay-file.ts'
import { runAlerts } from '../../../src/cli/commands/alerts.ts'
import { runExplain } from '../../../src/cli/commands/explain.ts'
import { runIncidents } from '../../../src/cli/commands/incidents.ts'
import { runReleases } from '../../../src/cli/commands/releases.ts'
import { UsageError } from '../../../src/core/kernel/errors.ts'
import { deploymentLine } from '../../support/otlp-lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'culprit-from-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function fileOf(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

describe('a file given with --from', () => {
  it.each([
    { why: 'is empty', text: '' },
    { why: 'holds no JSON', text: 'hello\n' },
    { why: 'holds values that are no objects', text: 'null\n7\n"incident"\n' },
    { why: 'holds telemetry', text: '{"resourceSpans":[]}\n' },
    { why: 'holds deployments', text: deploymentLine({ atMs: 0, version: '1', id: '1' }) },
  ])('is wrong use where it $why, and that is said', ({ text }) => {
    const file = fileOf('wrong.jsonl', text)

    expect(() => readReplay(file)).toThrow(UsageError)
    expect(() => readReplay(file)).toThrow(`${file} holds no line of the output of culprit replay`)
  })

  it('is a replay that found nothing where it holds a summary alone', () => {
    const file = fileOf('nothing.jsonl', '{"type":"summary","incidents":0}\ncut\n')

    expect(readReplay(file)).toEqual([{ type: 'summary', incidents: 0 }])
  })

  it.each([
    { command: 'incidents', run: runIncidents },
    { command: 'releases', run: runReleases },
    { command: 'alerts', run: runAlerts },
    {
      command: 'explain inc_',
      run: (flags: { from: string; json: boolean }) =>
        runExplain('inc_0', { ...flags, baselines: false }),
    },
    {
      command: 'explain rel_',
      run: (flags: { from: string; json: boolean }) =>
        runExplain('rel_0', { ...flags, baselines: false }),
    },
  ])('is checked by $command', async ({ run }) => {
    const from = fileOf('telemetry.jsonl', '{"resourceSpans":[]}\n')
    await expect(run({ from, state: 'all', follow: false, json: false })).rejects.toThrow(
      UsageError,
    )
  })
})
