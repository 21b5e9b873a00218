/**
 * Stops the idle timers of kafkajs 2.2.4: without traffic its request queue arms a timer with a negative
 * delay again and again (issues 1556, 1704, 1751), 2,000 to 8,000 a second. A timer is needed only while
 * requests are throttled or pending (1532). The prototype is patched.
 */
import { moduleOf } from './known-kafkajs.ts'

interface RequestQueue {
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  readonly pending: readonly unknown[]
  checkPendingRequests(): void
  scheduleCheckPendingRequests(): void
}

export function stopIdleTimers(): void {
  const { prototype } = moduleOf<{ prototype: RequestQueue }>('network/requestQueue')
  prototype.scheduleCheckPendingRequests = schedule
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
