/** Where alerts go: a chat, a pager, a webhook. A sink is told once per key and says what became of it. */
export interface SinkMessage {
  /** The same for every attempt of one message. */
  readonly idempotencyKey: string
  readonly title: string
  readonly summary: string
  /** The public record as CloudEvent JSON. */
  readonly event: string
}

/** `uncertain`: it may have arrived. `refused` is final; `failed` may be tried again. */
export type SinkOutcome =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'failed' | 'refused' | 'uncertain'; readonly why: string }

export interface Sink {
  readonly name: string
  deliver(message: SinkMessage, signal: AbortSignal): Promise<SinkOutcome>
}
