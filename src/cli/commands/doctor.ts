/**
 * `culprit doctor`: says first what a newcomer gets wrong: nothing arriving, deployments that met no
 * telemetry, telemetry without version or environment, clocks; before that, what Kafka and Redis are like
 * where they are used. Exit 1 when it found a fault.
 */
import type { Release } from '../../contracts/release.ts'
import type { Config } from '../../config/settings.ts'
import { UnreachableError } from '../../core/kernel/errors.ts'
import { formatServiceKey, parseServiceKey, serviceName } from '../../core/kernel/service-key.ts'
import type { SeenService, WaitingDeployment } from '../../contracts/explanation.ts'
import { Client } from '../client/client.ts'
import { plural } from '../client/text.ts'
import { configure } from '../configure.ts'
import { askPlaces } from './places.ts'
import { printFindings } from './print-findings.ts'
import { askKafka, askRedis } from './set-up.ts'
import type { SetUpFinding } from './set-up-findings.ts'

export interface DoctorFlags {
  readonly url?: string
  readonly config?: string
  readonly set: readonly string[]
  readonly json: boolean
}

type Finding = SetUpFinding

const staleAfterMs = 120_000

export async function runDoctor(flags: DoctorFlags): Promise<void> {
  const { config } = configure(flags)
  const setUp = [
    ...(await askKafka(config)),
    ...(await askRedis(config)),
    ...(await askPlaces(config)),
  ]
  try {
    report([...setUp, ...(await arrivals(flags, config))], flags.json)
  } catch (error) {
    // Nobody can be asked what arrives: what is known of the set-up may be why.
    if (error instanceof UnreachableError) report(setUp, flags.json)
    throw error
  }
}

function report(findings: readonly Finding[], json: boolean): void {
  printFindings(findings, json)
  if (findings.some(({ level }) => level === 'fault')) process.exitCode = 1
}

async function arrivals(flags: DoctorFlags, config: Config): Promise<Finding[]> {
  const client = new Client(flags.url)
  const ready = await client.open('/readyz')
  const { reasons } = (await ready.json()) as { reasons: string[] }
  const answer = await client.get<{
    items: SeenService[]
    otlp?: string | null
    unmatched?: string[]
  }>('/v1/services')
  const { items: services, otlp = null, unmatched = [] } = answer
  const releases = await client.list<Release>('/v1/releases')
  const metrics = await (await client.open('/metrics')).text()
  const environment = config.service.defaultEnvironment
  const findings = [
    ...reasons.map((reason): Finding => ({ level: 'fault', what: reason, mend: 'see the log' })),
    ...arriving(services, otlp),
    ...waiting(await client.list<WaitingDeployment>('/v1/waiting'), services),
    ...joining(releases, services),
    ...naming(services, environment),
    ...unmatched.map((what): Finding => ({ level: 'warning', what, mend: 'is it mistyped?' })),
    ...clocks(metrics),
  ]
  if (findings.every(({ level }) => level === 'ok')) {
    findings.push({
      level: 'ok',
      what: `${plural(services.length, 'service')}, ${plural(releases.length, 'release')}`,
      mend: '',
    })
  }
  return findings
}

/** `otlp`: where the asked process takes it in; null where another one does. */
function arriving(services: readonly SeenService[], otlp: string | null): Finding[] {
  if (services.length === 0) {
    const where = otlp ?? 'the process with the role ingest (ingest.otlpListen)'
    const mend = `point a Collector's otlphttp exporter, or OTEL_EXPORTER_OTLP_ENDPOINT, at ${where}`
    return [{ level: 'fault', what: 'no telemetry has arrived', mend }]
  }
  const newest = Math.max(...services.map(({ lastSeenAt }) => Date.parse(lastSeenAt ?? '') || 0))
  const ageMs = Date.now() - newest
  if (ageMs <= staleAfterMs) return []
  const what = `the newest telemetry is ${Math.round(ageMs / 1000)} s old`
  return [{ level: 'fault', what, mend: 'is the sender running, and its clock right?' }]
}

/** Said at once: ten minutes later it is unjoined, and by then the rollout is over. */
function waiting(
  deployments: readonly WaitingDeployment[],
  services: readonly SeenService[],
): Finding[] {
  return deployments.map(({ service, version, waitsSince }) => {
    const what = `deployment of ${service} ${version ?? ''} waits for telemetry of it since ${waitsSince}`
    const near = nearestNames(service, services)
    return { level: 'warning', what, mend: near.length === 0 ? '' : `nearest: ${near.join(', ')}` }
  })
}

/** Those of the same name first. */
function nearestNames(key: string, services: readonly SeenService[]): string[] {
  const names = services.map(({ service }) => service)
  const same = names.filter((name) => serviceName(name) === serviceName(key))
  return [...new Set([...same, ...names])].slice(0, 3)
}

function joining(releases: readonly Release[], services: readonly SeenService[]): Finding[] {
  return releases
    .filter(
      ({ verdict, joined }) =>
        verdict === 'unjoined' || (joined !== null && joined.startsWith('default')),
    )
    .map((release): Finding => {
      const key = formatServiceKey(release.service)
      if (release.verdict !== 'unjoined') {
        const what = `${key} ${release.version ?? ''} was joined by ${release.joined}`
        return {
          level: 'warning',
          what,
          mend: 'name environment and namespace alike in events and telemetry',
        }
      }
      const near = nearestNames(key, services)
      const what = `deployment of ${key} ${release.version ?? ''} met no telemetry: ${release.reason}`
      return { level: 'fault', what, mend: near.length === 0 ? '' : `nearest: ${near.join(', ')}` }
    })
}

function naming(services: readonly SeenService[], environment: string): Finding[] {
  const findings: Finding[] = []
  const versionless = services.filter(({ versions }) => versions.length === 0)
  if (versionless.length > 0) {
    const what = `no service.version: ${versionless.map(({ service }) => service).join(', ')}`
    const mend =
      'set OTEL_RESOURCE_ATTRIBUTES=service.version=…: without it, before against after only'
    findings.push({ level: 'warning', what, mend })
  }
  const unplaced = services.filter(
    ({ service }) => parseServiceKey(service)?.environment === environment,
  )
  if (unplaced.length > 0) {
    const what = `no deployment.environment.name: ${unplaced.map(({ service }) => service).join(', ')}`
    findings.push({
      level: 'warning',
      what,
      mend: 'set deployment.environment.name, or service.defaultEnvironment',
    })
  }
  return findings
}

function clocks(metrics: string): Finding[] {
  const count = (reason: string) => {
    const found = new RegExp(`culprit_events_dropped_total\\{reason="${reason}"\\} (\\d+)`).exec(
      metrics,
    )
    return Number(found?.[1] ?? 0)
  }
  return (['ahead', 'behind'] as const).flatMap((reason): Finding[] => {
    const dropped = count(reason)
    if (dropped === 0) return []
    const mend =
      reason === 'ahead'
        ? 'a sender’s clock runs ahead'
        : 'a sender’s clock runs behind, or it sends old data'
    return [{ level: 'warning', what: `${dropped} records were refused as ${reason}`, mend }]
  })
}
