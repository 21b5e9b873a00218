import { describe, expect, it } from 'vitest'
import { definedSettings, loadConfig, type Sources } from '../../src/config/load.ts'

const load = (sources: Partial<Sources> = {}) =>
  loadConfig({ file: null, environment: {}, flags: [], readFile: () => '', ...sources })

describe('settings', () => {
  it('have their defaults when nothing is said', () => {
    const { config, origins } = load()
    expect(config.windows.graceMs).toBe(10_000)
    expect(config.http.listen).toBe('127.0.0.1:8321')
    expect(origins.get('windows.graceMs')).toBe('default')
  })

  it('are taken from file, environment and flags, the later winning', () => {
    const readFile = () => 'windows: { graceMs: 1000 }\nlimits: { routes: 5, fingerprints: 20 }'
    const environment = { CULPRIT_WINDOWS_GRACE_MS: '2000', CULPRIT_LIMITS_ROUTES: '7' }
    const { config, origins } = load({
      file: 'culprit.yaml',
      readFile,
      environment,
      flags: ['windows.graceMs=3000'],
    })

    expect(config.windows.graceMs).toBe(3_000)
    expect(config.limits).toMatchObject({ routes: 7, fingerprints: 20 })
    expect(origins.get('limits.fingerprints')).toBe('file')
    expect(origins.get('limits.routes')).toBe('environment')
    expect(origins.get('windows.graceMs')).toBe('flag')
  })

  it('read a secret from a file, and lists from commas', () => {
    const { config } = load({
      environment: { CULPRIT_REDIS_URL_FILE: '/run/secret', KAFKA_BROKERS: 'a:1, b:2' },
      readFile: () => 'redis://secret\n',
    })
    expect(config.redis.url).toBe('redis://secret')
    expect(config.kafka.brokers).toEqual(['a:1', 'b:2'])
  })

  it('take their own name before an alias', () => {
    const environment = { CULPRIT_KAFKA_BROKERS: 'own:1', KAFKA_BROKERS: 'other:1' }
    expect(load({ environment }).config.kafka.brokers).toEqual(['own:1'])
  })

  it.each([
    {
      flags: ['windows.graceM=1'],
      says: 'windows.graceM: expected a known setting (nearest: windows.graceMs)',
    },
    {
      flags: ['windows.graceMs=soon'],
      says: 'windows.graceMs: expected a whole number, at least 0, at most 300000, got soon',
    },
    { flags: ['windows.graceMs=-1'], says: 'windows.graceMs' },
    { flags: ['http.listen=nowhere'], says: 'http.listen: expected host:port' },
    { flags: ['http.tokens=[1]'], says: 'http.tokens: expected a list of' },
    {
      flags: ['detection.metrics={}'],
      says: 'detection.metrics: expected a list of { match, signal, direction, exposure }, got {}',
    },
    {
      flags: ['detection.metrics=[7]'],
      says: 'detection.metrics[0]: expected { match, signal, direction, exposure }, got 7',
    },
    {
      flags: ['detection.metrics=[{"match":"orders","signal":"busines"}]'],
      says: 'detection.metrics[0].signal: expected gauge | business | ignore, got busines',
    },
    {
      flags: ['detection.metrics=[{"match":"a","signal":"ignore"},{"match":"","signal":"gauge"}]'],
      says: 'detection.metrics[1].match: expected a glob of metric names, got ""',
    },
    {
      flags: ['detection.metrics=[{"signal":"gauge"}]'],
      says: 'detection.metrics[0].match: expected a glob of metric names, got nothing',
    },
    {
      flags: ['detection.metrics=[{"match":"orders","signal":"gauge","direction":"sideways"}]'],
      says: 'detection.metrics[0].direction: expected up | down | both, got sideways',
    },
    {
      flags: ['detection.metrics=[{"match":"orders","signal":"business","exposure":" "}]'],
      says: 'detection.metrics[0].exposure: expected requests, a route or another counter, got " "',
    },
    {
      flags: ['detection.metrics=[{"match":"orders","signal":"business","exposur":"requests"}]'],
      says: 'detection.metrics[0]: expected match, signal, direction or exposure (nearest: exposure), got exposur',
    },
    { flags: ['graceMs'], says: '--set: expected section.name=value' },
  ])('refuses $flags, naming it', ({ flags, says }) => {
    expect(() => load({ flags })).toThrow(says)
  })

  it.each([
    { environment: { CULPRIT_WINDOW_GRACE_MS: '1' }, says: 'nearest: CULPRIT_WINDOWS_GRACE_MS' },
    { environment: { CULPRIT_LIMITS_ROUTES: '0' }, says: 'CULPRIT_LIMITS_ROUTES: expected' },
  ])('refuses $environment, naming the variable', ({ environment, says }) => {
    expect(() => load({ environment: environment as Record<string, string> })).toThrow(says)
  })

  it.each([
    { text: 'window: { graceMs: 1 }', says: 'window.graceMs' },
    { text: 'windows: 5', says: 'windows: expected a section' },
    { text: '- a', says: '--config: expected sections' },
    { text: 'a: [', says: '--config: expected a readable YAML file' },
  ])('refuses the file $text', ({ text, says }) => {
    expect(() => load({ file: 'f.yaml', readFile: () => text })).toThrow(says)
  })

  it('each have a reason and parse their own default', () => {
    for (const { name, setting } of definedSettings()) {
      expect(setting.why.length, name).toBeGreaterThan(15)
      expect(setting.parse(name, setting.default), name).toEqual(setting.default)
    }
  })
})
