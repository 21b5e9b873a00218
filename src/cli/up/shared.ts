/** What the parts of one process have in common. */
import type { Config } from '../../config/settings.ts'
import type { Topics } from '../../processors/topics.ts'
import type { Backend } from './backend.ts'
import type { Closers } from './closers.ts'
import type { OwnMetrics } from './own-metrics.ts'

export interface Shared {
  readonly config: Config
  readonly topics: Topics
  readonly backend: Backend
  readonly metrics: OwnMetrics
  /** 16 hex digits, new at every start. */
  readonly hex: string
  /** Told of a bug: the process is to die. */
  readonly trap: (error: unknown) => void
  readonly closers: Closers
}

export const stopWithinMs = 10_000
