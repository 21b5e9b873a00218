/** Set-up of the tests of the doors: one real process on free ports, its log and store in a temporary file. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll } from 'vitest'
import { openApiDocument } from '../../src/cli/schemas/open-api.ts'
import { allRoles } from '../../src/cli/up/roles.ts'
import { type Running, up } from '../../src/cli/up/up.ts'
import { loadConfig } from '../../src/config/load.ts'

const silent = pino({ level: 'silent' })

export const json = { 'content-type': 'application/json' }

export const post = (url: string, body: string | Buffer, headers: Record<string, string> = json) =>
  fetch(url, { method: 'POST', body: body as never, headers })

/** Runs a process named `main` for the tests of the file that calls it; `start` runs others beside it. */
export function runningDoors() {
  let folder: string
  let running: Running
  const start = (name: string, flags: readonly string[] = []) => {
    const set = [
      'http.listen=127.0.0.1:0',
      'ingest.otlpListen=127.0.0.1:0',
      `store.path=${join(folder, `${name}.db`)}`,
      ...flags,
    ]
    const readFile = () => ''
    const { config } = loadConfig({ file: null, environment: {}, flags: set, readFile })
    const roles = new Set(allRoles)
    const options = { config, roles, record: null, openApi: openApiDocument, pageFolder: '/none' }
    return up(options, silent)
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'culprit-doors-'))
    running = await start('main', ['limits.requestBytes=100000'])
  })
  afterAll(async () => {
    await running.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  return {
    start,
    /** Where a file of that name can be put for the time of the tests. */
    fileOf: (name: string) => join(folder, name),
    otlp: (path: string) => `${running.otlpUrl}${path}`,
    front: (path: string) => `${running.url}${path}`,
  }
}
