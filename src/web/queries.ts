/** What the API asks of the store, as an interface: the composition root knows where it lies. */
import type { ReleaseDetail, SeenService, WaitingDeployment } from '../contracts/explanation.ts'

export interface Queries {
  windows(
    service: string,
    span: { readonly fromMs: number; readonly toMs: number; readonly spanMaxMs: number },
  ): Promise<readonly object[]>
  releaseDetail(id: string): Promise<ReleaseDetail>
  services(): Promise<readonly SeenService[]>
  waiting(): Promise<readonly WaitingDeployment[]>
}
