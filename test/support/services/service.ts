/** A real service that tests may use, with the rung of the ladder that gave it; or why there is none. */
export type Service<At> =
  | { readonly at: At; readonly how: string; stop(): Promise<void> }
  | { readonly missing: string }

export interface KafkaAt {
  readonly brokers: readonly string[]
}

export interface RedisAt {
  readonly url: string
}

/** What the set-up provides to test files: no functions, since it crosses processes. */
export interface Services {
  readonly kafka: KafkaAt | { readonly missing: string }
  readonly redis: RedisAt | { readonly missing: string }
}

declare module 'vitest' {
  export interface ProvidedContext {
    readonly services: Services
  }
}

/** For `describe.skipIf` and its title: null when the service is there. */
export function missingOf(service: object): string | null {
  return 'missing' in service ? String(service.missing) : null
}
