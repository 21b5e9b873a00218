/** What the adapter counts and tells: a closed set, for metrics and `/readyz`. */
export type KafkaEvent =
  /** A consumer was made anew: kafkajs gave up, or was silent for too long. */
  | { readonly kind: 'rebuilt'; readonly group: string; readonly why: string }
  | { readonly kind: 'stalled'; readonly group: string; readonly silentMs: number }
  /** A broker did not do what was asked; it is asked again. */
  | { readonly kind: 'unreachable'; readonly doing: string; readonly why: string }
  /** kafkajs reported a send as done without these partitions; they were sent again. */
  | { readonly kind: 'resent'; readonly partitions: number }
  /** Retention removed records before they were read. */
  | {
      readonly kind: 'gap'
      readonly topic: string
      readonly partition: number
      readonly records: number
    }
  /** What is mended in kafkajs is not known of this version. */
  | { readonly kind: 'kafkajs-not-mended'; readonly why: string }
  /** A line of kafkajs' own log, warnings and errors alone. */
  | { readonly kind: 'log'; readonly message: string }

export type Told = (event: KafkaEvent) => void
