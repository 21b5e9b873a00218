/** Settings for a command: file, environment and `--set`, and the parts that the processors are given. */
import { existsSync, readFileSync } from 'node:fs'
import { type Loaded, loadConfig } from '../config/load.ts'
import type { Config } from '../config/settings.ts'
import { ConfigError } from '../core/kernel/errors.ts'
import { makeScrubber } from '../core/intake/exceptions/scrub.ts'
import { foldDefaults, type FoldSettings } from '../core/rollup/fold/settings.ts'
import type { AttributeSettings } from '../processors/attribute/settings.ts'
import type { DetectSettings } from '../processors/detect/settings.ts'

const defaultFile = 'culprit.yaml'

export function configure(options: {
  readonly config?: string
  readonly set: readonly string[]
}): Loaded {
  const named = options.config ?? process.env['CULPRIT_CONFIG']
  return loadConfig({
    file: named ?? (existsSync(defaultFile) ? defaultFile : null),
    environment: process.env,
    flags: options.set,
    readFile: (path) => readFileSync(path, 'utf8'),
  })
}

export function foldSettings({ service, ingest, detection }: Config): FoldSettings {
  return {
    ...foldDefaults,
    defaultEnvironment: service.defaultEnvironment,
    aheadMs: ingest.aheadMs,
    behindMs: ingest.behindMs,
    metrics: detection.metrics,
    scrub: makeScrubber(ingest.scrub.map(toPattern)),
  }
}

function toPattern(source: string): RegExp {
  try {
    return new RegExp(source, 'g')
  } catch {
    throw new ConfigError('ingest.scrub', 'regular expressions', source)
  }
}

/** A unit has its share of what is a limit of the process: what it keeps must not depend on who runs beside it. */
export function detectSettings({
  service,
  windows,
  detection,
  limits,
  kafka,
}: Config): DetectSettings {
  return {
    defaultEnvironment: service.defaultEnvironment,
    graceMs: windows.graceMs,
    servicesMax: limits.services,
    routesMax: limits.routes,
    versionsMax: limits.versions,
    kindsMax: limits.fingerprints,
    gaugesMax: limits.gauges,
    gaugesInAllMax: limits.gaugesInAll,
    historyBytesMax: Math.floor(
      limits.historyBytes / (kafka.brokers.length > 0 ? kafka.partitions : 1),
    ),
    metrics: detection.metrics,
    watchMs: detection.watchMs,
    watchMaxMs: Math.max(detection.watchMs, detection.watchMaxMs),
    historyMs: limits.historyMs,
  }
}

export function attributeSettings({ attribution, response }: Config): AttributeSettings {
  return {
    lookBackMs: attribution.lookBackMs,
    criticalEnvironments: response.criticalEnvironments,
    resolveAfterMs: response.resolveAfterMs,
  }
}
