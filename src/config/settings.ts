/**
 * Every setting of Culprit, once: section, name, type, default, bounds and why. `culprit config
 * --reference` prints this table; a module is given only its own values.
 */
import { limits } from './limits.ts'
import { setting } from './setting.ts'
import {
  type HttpToken,
  isFiles,
  isMetricMeanings,
  isRepositories,
  isSasl,
  isServerTls,
  isTokens,
  metricMeaningsFault,
  type KafkaSasl,
  type MetricMeaning,
  type Repository,
  type TlsFiles,
} from './structures.ts'

const address = {
  regex: /^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$/,
  says: 'host:port, for example 127.0.0.1:8321',
}

export const settings = {
  service: {
    defaultEnvironment: setting.text({
      default: 'default',
      why: 'where telemetry belongs that names no deployment.environment.name',
    }),
    name: setting.text({ default: 'culprit', why: 'service.name of its own telemetry' }),
  },
  ingest: {
    otlpListen: setting.text({
      default: '127.0.0.1:4318',
      pattern: address,
      why: 'the OTLP/HTTP port of the specification; loopback until told otherwise',
    }),
    scrub: setting.list({
      default: [],
      why: 'regular expressions cut out of exception messages and frames, besides the built-in ones',
    }),
    aheadMs: setting.integer({
      default: 60_000,
      min: 0,
      why: 'event time later than arrival by more is a clock that is wrong: refused as ahead',
    }),
    behindMs: setting.integer({
      default: 86_400_000,
      min: 60_000,
      why: 'event time earlier than arrival by more belongs to no window that is kept: refused as behind',
    }),
  },
  windows: {
    sizeMs: setting.integer({
      default: 10_000,
      min: 10_000,
      max: 10_000,
      why: 'the detection mathematics is calibrated for 10 s; slower sources get their own step',
    }),
    graceMs: setting.integer({
      default: 10_000,
      min: 0,
      max: 300_000,
      why: 'an SDK holds a span batch up to 5 s (OTEL_BSP_SCHEDULE_DELAY); twice that',
    }),
  },
  detection: {
    watchMs: setting.integer({
      default: 3_600_000,
      min: 600_000,
      why: 'how long a release is watched; later effects are the sentinels’ to find',
    }),
    watchMaxMs: setting.integer({
      default: 14_400_000,
      min: 600_000,
      why: 'how long it is watched at most while it is suspicious',
    }),
    metrics: setting.structure<readonly MetricMeaning[]>({
      default: [],
      bounds:
        'a list of { match, signal: gauge | business | ignore, direction: up | down | both, exposure }',
      check: isMetricMeanings,
      fault: metricMeaningsFault,
      why: 'what a house’s own metrics mean: a glob of names, which way is bad (left out: down for a business counter, of a gauge what its name says), and what a business counter is counted by (requests unless said; a route; another counter)',
    }),
  },
  attribution: {
    lookBackMs: setting.integer({
      default: 7_200_000,
      min: 600_000,
      why: 'releases exposed this long before the onset are suspects',
    }),
  },
  provenance: {
    people: setting.text({
      default: 'names',
      oneOf: ['names', 'hashed', 'none'],
      why: 'how authors appear in manifests',
    }),
    tokens: setting.boolean({
      default: true,
      why: 'whether words of the added text go into manifests, to match error messages',
    }),
    rules: setting.list({
      default: [],
      why: 'files of own detection rules (schemas/provenance-rules.json): labels, wrappers, house trailers',
    }),
    repositories: setting.structure<readonly Repository[]>({
      default: [],
      bounds: 'a list of { match, path }',
      check: isRepositories,
      why: 'where the history of a service’s repository lies, for releases without a manifest',
    }),
  },
  response: {
    criticalEnvironments: setting.list({
      default: ['production'],
      why: 'environments whose incidents may be critical',
    }),
    resolveAfterMs: setting.integer({
      default: 600_000,
      min: 60_000,
      why: 'a recovered incident is resolved when it has not come back for this long',
    }),
  },
  kafka: {
    brokers: setting.list({
      default: [],
      why: 'empty: the log is embedded; else host:port of some brokers',
    }),
    topicPrefix: setting.text({
      default: 'culprit.',
      pattern: { regex: /^[\w.-]*$/, says: 'letters, digits, dots, dashes and underscores' },
      why: 'two installations may share brokers',
    }),
    partitions: setting.integer({
      default: 12,
      min: 1,
      max: 1_000,
      why: 'of the topics that Culprit makes: as many workers can share the work; fixed once made',
    }),
    replication: setting.integer({
      default: 3,
      min: 1,
      max: 10,
      why: 'copies of each partition, as far as there are brokers: one may die without a loss',
    }),
    sessionTimeoutMs: setting.integer({
      default: 10_000,
      min: 1_000,
      max: 300_000,
      why: 'a worker that is not heard for so long loses its partitions to the others',
    }),
    ssl: setting.structure<TlsFiles | null>({
      default: null,
      bounds: '{ caFile, certFile, keyFile }, each optional; {} for the system’s authorities',
      check: isFiles,
      why: 'TLS to the brokers',
    }),
    sasl: setting.structure<KafkaSasl | null>({
      default: null,
      bounds: '{ mechanism: plain | scram-sha-256 | scram-sha-512, username, passwordFile }',
      check: isSasl,
      why: 'who Culprit is to the brokers; the password comes from a file',
    }),
  },
  redis: {
    url: setting.optionalText({
      secret: true,
      why: 'empty: the store is embedded; else redis:// or rediss://, with user and password in it if need be',
    }),
    password: setting.optionalText({
      secret: true,
      why: 'takes the place of the one in the URL',
    }),
    cluster: setting.boolean({
      default: false,
      why: 'the URL names a node of a Redis Cluster: units are spread over its masters',
    }),
    keyPrefix: setting.text({
      default: 'culprit:',
      pattern: { regex: /^[^{}\s]*$/, says: 'no braces, no spaces' },
      why: 'two installations may share a server',
    }),
    volatile: setting.boolean({
      default: false,
      why: 'accepts a server that forgets when it restarts: all is built again from the topics',
    }),
    tls: setting.structure<TlsFiles | null>({
      default: null,
      bounds: '{ caFile, certFile, keyFile }, each optional',
      check: isFiles,
      why: 'authorities and own certificate for rediss://',
    }),
  },
  store: {
    path: setting.text({
      default: '.culprit/culprit.db',
      why: 'file of the embedded log and store; one process at a time',
    }),
    retentionMs: setting.integer({
      default: 86_400_000,
      min: 3_600_000,
      why: 'records of the embedded log are kept this long: a day is enough to build all again',
    }),
    retentionBytes: setting.integer({
      default: 1_073_741_824,
      min: 16_777_216,
      why: 'and at most this much, oldest first: a laptop has other things on its disk',
    }),
  },
  http: {
    listen: setting.text({
      default: '127.0.0.1:8321',
      pattern: address,
      why: 'page, API and events; loopback until told otherwise',
    }),
    tokens: setting.structure<readonly HttpToken[]>({
      default: [],
      bounds: 'a list of { name, valueFile, may: [ingest|read|respond|admin] }',
      check: isTokens,
      why: 'who may do what; wanted for every door beyond loopback',
    }),
    tls: setting.structure<TlsFiles | null>({
      default: null,
      bounds: '{ certFile, keyFile }',
      check: isServerTls,
      why: 'TLS on Culprit’s own doors',
    }),
    insecure: setting.boolean({
      default: false,
      why: 'opens doors beyond loopback without a token; only where the network is the guard',
    }),
    allowedHosts: setting.list({
      default: [],
      why: 'names besides loopback that the Host header may carry, against DNS rebinding',
    }),
  },
  telemetry: {
    endpoint: setting.optionalText({
      why: 'OTLP/HTTP endpoint for Culprit’s own traces and metrics; never its own door',
    }),
    logLevel: setting.text({
      default: 'info',
      oneOf: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      why: 'warn: nothing is lost; error: something is lost or somebody must act',
    }),
  },
  limits,
} as const

type Table = typeof settings
/** Values in force, by section and name. */
export type Config = {
  readonly [S in keyof Table]: {
    readonly [N in keyof Table[S]]: Table[S][N] extends { readonly default: infer T } ? T : never
  }
}
