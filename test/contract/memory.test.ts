import { MemoryLog } from '../../src/adapters/memory/memory-log.ts'
import { MemoryStore } from '../../src/adapters/memory/memory-store.ts'
import { systemClock } from '../../src/engine/system-clock.ts'
import { checkpointStoreSuite } from './checkpoint-store-suite.ts'
import { eventLogSuite } from './event-log-suite.ts'

eventLogSuite('memory', () => {
  const log = new MemoryLog(systemClock)
  return Promise.resolve({ log, close: () => log.close() })
})

checkpointStoreSuite('memory', () => {
  const store = new MemoryStore()
  return Promise.resolve({
    store,
    remember: () => {
      const copy = store.copy()
      return Promise.resolve(() => Promise.resolve(store.goBack(copy)))
    },
    empty: () => Promise.resolve(store.empty()),
    close: () => store.close(),
  })
})
