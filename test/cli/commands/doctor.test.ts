import { afterEach, expect, it, vi } from 'vitest'
import { runDoctor } from '../../../src/cli/commands/doctor.ts'
import { runningDoors } from '../../web/running-doors.ts'

const { front, otlp } = runningDoors()

afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

it('sends a newcomer to the door of the process that was asked, whatever the settings here say', async () => {
  let said = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text)
    return true
  })
  await runDoctor({
    url: new URL(front('/')).origin,
    set: ['ingest.otlpListen=127.0.0.1:4318'],
    json: false,
  })

  expect(said).toContain(`OTEL_EXPORTER_OTLP_ENDPOINT, at ${new URL(otlp('/')).origin}`)
  expect(process.exitCode).toBe(1)
})
