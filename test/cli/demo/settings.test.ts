import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runningCulprit, writeSettings } from '../../../src/cli/demo/culprit.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { runningDoors } from '../../web/running-doors.ts'

const { front, otlp } = runningDoors()

it('sends the telemetry of the shop to where a running Culprit takes it in', async () => {
  const running = await runningCulprit(new URL(front('/')).origin)
  expect(running.otlpUrl).toBe(new URL(otlp('/')).origin)
})

it('leaves what the counter means beside a recording, as a file of settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-record-'))
  const file = writeSettings(folder)
  const readFile = (path: string) => readFileSync(path, 'utf8')
  const { config } = loadConfig({ file, environment: {}, flags: [], readFile })
  rmSync(folder, { recursive: true, force: true })

  expect(config.detection.metrics).toEqual([
    { match: 'shop.orders', signal: 'business', direction: 'down', exposure: 'POST /orders' },
  ])
})
