/** What `attribute` is told from outside; each value is defined, with its reason, in `config`. */
export interface AttributeSettings {
  readonly lookBackMs: number
  readonly criticalEnvironments: readonly string[]
  readonly resolveAfterMs: number
}
