/**
 * Stops the idle timers of kafkajs 2.2.4: without traffic its request queue arms a timer with a negative
 * delay again and again (issues 1556, 1704, 1751), 2,000 to 8,000 a second. A timer is needed only while
 * requests are throttled or pending (1532). The prototype is patched, for this version alone.
 */
import { createRequire } from 'node:module'

const patchedVersion = '2.2.4'

interface RequestQueue {
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  readonly pending: readonly unknown[]
  checkPendingRequests(): void
  scheduleCheckPendingRequests(): void
}

/** Null when it was applied; otherwise why not, for one line in the log. */
export function fixIdleTimer(): string | null {
  const require = createRequire(import.meta.url)
  const { version } = require('kafkajs/package.json') as { version: string }
  if (version !== patchedVersion) return `kafkajs ${version} is not ${patchedVersion}`
  const { prototype } = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue }
  prototype.scheduleCheckPendingRequests = schedule
  return null
}

function schedule(this: RequestQueue): void {
  const waitMs = this.throttledUntil - Date.now()
  if (this.throttleCheckTimeoutId !== null || (waitMs <= 0 && this.pending.length === 0)) return
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null
      this.checkPendingRequests()
    },
    waitMs > 0 ? waitMs : 10,
  )
}
