import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Embedded, openEmbedded } from '../../src/adapters/embedded/open-embedded.ts'
import { systemClock } from '../../src/engine/system-clock.ts'
import { checkpointStoreSuite } from './checkpoint-store-suite.ts'
import { eventLogSuite } from './event-log-suite.ts'

function openFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-contract-'))
  const open = () => openEmbedded({ path: join(folder, 'culprit.db'), clock: systemClock })
  let embedded = open()
  const under = {
    current: () => embedded,
    reopen: async (): Promise<Embedded> => {
      await embedded.close()
      embedded = open()
      return embedded
    },
    close: async () => {
      await embedded.close()
      rmSync(folder, { recursive: true })
    },
  }
  return under
}

eventLogSuite('embedded', () => {
  const { current, reopen, close } = openFolder()
  return Promise.resolve({
    log: current().log,
    reopen: async () => (await reopen()).log,
    close,
  })
})

checkpointStoreSuite('embedded', () => {
  const { current, reopen, close } = openFolder()
  return Promise.resolve({
    store: current().store,
    reopen: async () => (await reopen()).store,
    close,
  })
})
