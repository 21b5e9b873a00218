/** Every message with a published JSON Schema, by the name of its file in `schemas/`. */
import type { z } from 'zod'
import { AuditEntry } from '../../contracts/audit-entry.ts'
import {
  Change,
  ChangeManifest,
  Evidence,
  Provenance,
  ReleaseDelta,
} from '../../contracts/change.ts'
import { Command } from '../../contracts/command.ts'
import {
  Explanation,
  ReleaseDetail,
  SeenService,
  WaitingDeployment,
} from '../../contracts/explanation.ts'
import { Finding } from '../../contracts/findings.ts'
import { Suspect } from '../../contracts/incident.ts'
import { RulesFile } from '../../contracts/provenance-rules.ts'
import { ProvenanceSummary } from '../../contracts/provenance-summary.ts'
import { Release } from '../../contracts/release.ts'
import {
  AlertLine,
  DemoLine,
  IncidentLine,
  RankingLine,
  RollbackLine,
  SummaryLine,
  VerdictAnswer,
  VerdictLine,
  WindowLine,
} from '../../contracts/replay-lines.ts'
import { Rollback } from '../../contracts/rollback.ts'
import { ServiceEvent } from '../../contracts/service-events.ts'
import { Signal } from '../../contracts/signal.ts'

export const catalogue: Readonly<Record<string, z.ZodType>> = {
  alert: AlertLine,
  'audit-entry': AuditEntry,
  change: Change,
  'change-manifest': ChangeManifest,
  command: Command,
  demo: DemoLine,
  evidence: Evidence,
  explanation: Explanation,
  finding: Finding,
  incident: IncidentLine,
  provenance: Provenance,
  'provenance-rules': RulesFile,
  'provenance-summary': ProvenanceSummary,
  ranking: RankingLine,
  release: Release,
  'release-delta': ReleaseDelta,
  'release-detail': ReleaseDetail,
  rollback: RollbackLine,
  'rollback-record': Rollback,
  'service-event': ServiceEvent,
  'seen-service': SeenService,
  'waiting-deployment': WaitingDeployment,
  signal: Signal,
  summary: SummaryLine,
  suspect: Suspect,
  verdict: VerdictLine,
  'verdict-answer': VerdictAnswer,
  window: WindowLine,
}
