/** What the API asks of the store, as an interface: the composition root knows where it lies. */

export interface SeriesBucket {
  readonly start: string
  readonly end: string
  /** null: missing, which is not zero. */
  readonly new: { readonly events: number; readonly exposure: number } | null
  readonly old: { readonly events: number; readonly exposure: number } | null
  readonly p99: { readonly new: number | null; readonly old: number | null } | null
}

export interface ReleaseDetail {
  readonly release: string
  /** Log evidence that reports a release as regressed. */
  readonly reportingLine: number
  /** Evidence of the whole release over time, oldest first. */
  readonly evidence: readonly { readonly at: string; readonly logE: number }[]
  readonly signals: readonly object[]
  readonly suspects: readonly object[]
  /** By route; '' is the whole service. */
  readonly series: readonly { readonly route: string; readonly buckets: readonly SeriesBucket[] }[]
  readonly newVersion: string | null
  readonly oldVersion: string | null
  readonly mode: 'split' | 'forecast' | null
  readonly startedAt: string | null
}

export interface SeenService {
  readonly service: string
  readonly lastSeenAt: string | null
  readonly versions: readonly string[]
  readonly instances: number
  readonly sources: readonly string[]
}

export interface Queries {
  windows(
    service: string,
    span: { readonly fromMs: number; readonly toMs: number; readonly spanMaxMs: number },
  ): Promise<readonly object[]>
  releaseDetail(id: string): Promise<ReleaseDetail>
  services(): Promise<readonly SeenService[]>
}
