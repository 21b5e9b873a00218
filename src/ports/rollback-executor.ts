/** Carries out an approved rollback. It is never called twice for one key by the program itself. */
import type { Rollback } from '../contracts/rollback.ts'

/** `uncertain`: it may have been carried out; a person has to look. */
export type ExecutorOutcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'failed' | 'refused' | 'uncertain'; readonly why: string }

export interface RollbackExecutor {
  readonly name: string
  execute(rollback: Rollback, signal: AbortSignal): Promise<ExecutorOutcome>
}
