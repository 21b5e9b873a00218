/** The Helm chart: its files always, what it renders where `helm` is on PATH. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { stopWithinMs } from '../../src/cli/up/shared.ts'
import { rolesOf } from '../../src/cli/up/roles.ts'
import { loadConfig } from '../../src/config/load.ts'
import { chart, documents, type Yaml, yaml } from './files.ts'

const helm = spawnSync('helm', ['version', '--short']).status === 0
const values = yaml('deploy/helm/culprit/values.yaml')
const folder = mkdtempSync(join(tmpdir(), 'culprit-chart-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const everything = {
  image: { repository: 'registry.example/culprit', tag: '0.1.0-git' },
  kafka: {
    brokers: ['kafka:9093'],
    tls: { enabled: true, secret: 'kafka-tls', certKey: 'tls.crt', keyKey: 'tls.key' },
    sasl: { mechanism: 'scram-sha-512', username: 'culprit', secret: 'kafka-login' },
  },
  redis: {
    urlSecret: { name: 'redis-url' },
    passwordSecret: { name: 'redis-password' },
    cluster: true,
    tls: { secret: 'redis-tls' },
  },
  tls: { secret: 'culprit-tls' },
  config: { service: { defaultEnvironment: 'production' }, kafka: { partitions: 24 } },
  networkPolicy: { enabled: true, from: [{ namespaceSelector: {} }], egress: [{ to: [] }] },
  components: { web: { replicas: 0 } },
}

function render(given: object): Yaml[] {
  const file = join(folder, 'values.yaml')
  writeFileSync(file, JSON.stringify(given))
  const args = ['template', 'c', chart, '--namespace', 'observe', '--values', file]
  return documents(execFileSync('helm', args, { encoding: 'utf8' }))
}

function settingsOf(config: Yaml) {
  return loadConfig({
    file: 'culprit.yaml',
    environment: {},
    flags: [],
    readFile: (path) => {
      if (path === 'culprit.yaml') return config.data['culprit.yaml']
      return path.includes('redis-url') ? 'rediss://redis:6379' : 'a password'
    },
  }).config
}

const kindsOf = (all: readonly Yaml[], kind: string) => all.filter((each) => each.kind === kind)

describe('the chart’s values', () => {
  it('start all roles, at least twice each, with limits of memory', () => {
    const components = Object.values<Yaml>(values.components)
    expect(new Set(components.flatMap(({ roles }) => roles))).toEqual(
      new Set(['ingest', 'detect', 'attribute', 'web']),
    )
    for (const { replicas, resources } of components) {
      expect(replicas).toBeGreaterThan(1)
      expect(resources.limits.memory).toMatch(/^\d+[GM]i$/)
    }
  })

  it('leave more time to stop than a process takes', () => {
    expect(values.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(3 * stopWithinMs)
  })
})

describe.skipIf(!helm)('the chart, rendered (helm is not on PATH)', () => {
  it.each([
    ['the values as they are', {}],
    ['logins, certificates and a policy', everything],
  ])('with %s has settings that Culprit takes', (_, given) => {
    const configs = kindsOf(render(given), 'ConfigMap')
    expect(configs).toHaveLength(2)
    for (const config of configs) {
      const settings = settingsOf(config)
      expect(settings.http.listen).toBe('0.0.0.0:8321')
      for (const { valueFile } of settings.http.tokens)
        expect(valueFile).toMatch(/^\/etc\/culprit\//)
    }
    expect(configs[0].data).toEqual(configs[1].data)
  })

  it('hands settings and secrets on', () => {
    const { kafka, redis, http, service } = settingsOf(kindsOf(render(everything), 'ConfigMap')[0])
    expect(kafka.partitions).toBe(24)
    expect(kafka.ssl).toEqual({
      caFile: '/etc/culprit/secrets/kafka-tls/ca.crt',
      certFile: '/etc/culprit/secrets/kafka-tls/tls.crt',
      keyFile: '/etc/culprit/secrets/kafka-tls/tls.key',
    })
    expect(kafka.sasl?.passwordFile).toBe('/etc/culprit/secrets/kafka-sasl/password')
    expect(redis).toMatchObject({ url: 'rediss://redis:6379', password: 'a password' })
    expect(http.tls?.certFile).toBe('/etc/culprit/secrets/tls/tls.crt')
    expect(service.defaultEnvironment).toBe('production')
  })

  it.each([{}, everything])('mounts every file that the settings name', (given) => {
    const all = render(given)
    const { volumes } = kindsOf(all, 'Deployment')[0].spec.template.spec
    const sources: Yaml[] = volumes.find(({ name }: Yaml) => name === 'secrets').projected.sources
    const mounted = sources.flatMap(({ secret }) =>
      secret.items.map(({ path }: Yaml) => `/etc/culprit/secrets/${path}`),
    )
    const said = kindsOf(all, 'ConfigMap')[0].data['culprit.yaml'] as string
    const named = [...said.matchAll(/File: (\S+)/g)].map(([, path]) => path)
    expect(new Set(named)).toEqual(new Set(mounted))
  })

  it.each([{}, everything])('lets no container do more than it must', (given) => {
    const all = render(given)
    const pods = [...kindsOf(all, 'Deployment'), ...kindsOf(all, 'Job')].map(
      ({ spec }) => spec.template.spec,
    )
    expect(pods.length).toBeGreaterThan(2)
    for (const pod of pods) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      })
      expect(pod.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(pod.containers[0].resources.limits.memory).toBeDefined()
    }
  })

  it('runs roles that fit together, and asks each for its health', () => {
    const all = render({})
    const config = settingsOf(kindsOf(all, 'ConfigMap')[0])
    const deployments = kindsOf(all, 'Deployment')
    const roles = deployments.flatMap(({ spec }) => {
      const [container] = spec.template.spec.containers
      expect(spec.strategy.rollingUpdate.maxUnavailable).toBe(1)
      expect(container.livenessProbe.httpGet.path).toBe('/healthz')
      expect(container.readinessProbe.exec.command.slice(2)).toEqual([
        'http://127.0.0.1:8321/readyz',
        '/etc/culprit/secrets/tokens/read',
      ])
      return [...rolesOf(container.args[2], config)]
    })
    expect(roles.sort()).toEqual(['attribute', 'detect', 'ingest', 'web'])
    expect(kindsOf(all, 'PodDisruptionBudget')).toHaveLength(deployments.length)
    expect(kindsOf(all, 'Service').map(({ metadata }) => metadata.name)).toEqual([
      'c-culprit-ingest',
      'c-culprit-web',
    ])
  })

  it('makes the topics before all else', () => {
    const [job] = kindsOf(render({}), 'Job')
    expect(job.metadata.annotations['helm.sh/hook']).toBe('pre-install,pre-upgrade')
    expect(job.spec.template.spec.containers[0].args).toEqual(['topics', 'create'])
    expect(kindsOf(render({ topics: { create: false } }), 'Job')).toEqual([])
  })

  it.each([
    ['no brokers', { kafka: { brokers: [] } }, 'kafka.brokers'],
    ['a password in the URL', { redis: { url: 'redis://:word@redis:6379' } }, 'no password in it'],
    ['no token that may read', { tokens: [] }, 'one that may read'],
    ['a login without a secret', { kafka: { sasl: { mechanism: 'plain' } } }, 'kafka.sasl'],
    ['a value that does not exist', { kafka: { broker: 'x' } }, 'broker'],
  ])('refuses %s', (_, given, says) => {
    const file = join(folder, 'refused.yaml')
    writeFileSync(file, JSON.stringify(given))
    const done = spawnSync('helm', ['template', 'c', chart, '--values', file], { encoding: 'utf8' })
    expect(done.status).toBe(1)
    expect(done.stderr).toContain(says)
  })
})
