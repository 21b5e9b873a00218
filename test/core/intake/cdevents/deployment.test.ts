/** What a CDEvent of a deployment says, and which events are refused or are none. */
import { describe, expect, it } from 'vitest'
import { readDeployment } from '../../../../src/core/intake/cdevents/deployment.ts'
import { identify, identityTextMax } from '../../../../src/core/intake/identity.ts'
import { unwrapJson } from '../../../../src/core/intake/cloudevents/unwrap.ts'
import { hasShop, shopFile } from '../../../support/shop-data.ts'
import { atMs, deploymentOf, digest, read, settings } from './read-event.ts'

describe('a CDEvent of a deployment', () => {
  it('cuts a version of 10 KB to what telemetry of the same version is cut to', () => {
    const version = 'v'.repeat(10_240)
    const telemetry = identify(
      new Map([
        ['service.name', 'checkout'],
        ['service.version', version],
        ['vcs.ref.head.revision', version],
      ]),
      settings,
    )!
    const customData = { 'service.version': version, 'vcs.ref.head.revision': version }
    const event = deploymentOf({ customData })

    expect(event.version).toHaveLength(identityTextMax)
    expect(telemetry.version).toBe(event.version)
    expect(telemetry.hints!.revision).toBe(event.revision)
  })

  it('without custom data says who, what and which artifact', () => {
    expect(deploymentOf({})).toEqual({
      kind: 'deployment',
      service: 'production/shop/checkout',
      named: { environment: true, namespace: true },
      action: 'upgraded',
      eventId: 'event-1',
      eventSource: 'https://cd.example.com',
      atMs,
      arrivedMs: atMs,
      version: '1.42.0',
      previousVersion: null,
      revision: null,
      previousRevision: null,
      repository: null,
      artifactId: expect.stringContaining('pkg:oci/checkout') as string,
      images: ['1.42.0', digest],
      deploymentId: null,
      strategy: null,
      phase: 'finished',
      startedAtMs: null,
      share: null,
      rollback: null,
      manifest: null,
    })
  })

  it('takes exact keys from custom data before all else', () => {
    const customData = {
      'service.name': 'cart',
      'service.namespace': 'store',
      'service.version': '2.0.0',
      'service.version.previous': '1.9.0',
      'deployment.environment.name': 'prod',
      'deployment.id': 1208,
      'deployment.strategy': 'CANARY',
      'deployment.phase': 'step',
      'deployment.startedAt': '2026-11-22T08:59:00Z',
      'deployment.share': 0.2,
      'vcs.repository.url.full': 'https://github.com/acme/checkout',
      'vcs.ref.head.revision': 'f95f852',
      'vcs.ref.base.revision': '279484c',
      'culprit.rollback': 'rbk_0123456789abcdef',
      unknown: true,
    }
    expect(deploymentOf({ customData })).toMatchObject({
      service: 'production/store/cart',
      version: '2.0.0',
      previousVersion: '1.9.0',
      deploymentId: '1208',
      strategy: 'canary',
      phase: 'step',
      startedAtMs: atMs - 60_000,
      share: 0.2,
      repository: 'https://github.com/acme/checkout',
      revision: 'f95f852',
      previousRevision: '279484c',
      rollback: 'rbk_0123456789abcdef',
    })
  })

  it.each([
    { type: 'dev.cdevents.service.deployed.0.1.0', action: 'deployed', why: '0.1' },
    { type: 'dev.cdevents.service.deployed.0.1.1', action: 'deployed', why: '0.3' },
    { type: 'dev.cdevents.service.rolledback.0.2.0', action: 'rolledback', why: '0.4' },
    { type: 'dev.cdevents.service.removed.0.3.0', action: 'removed', why: '0.5' },
    { type: 'dev.cdevents.service.upgraded.0.3.0-draft', action: 'upgraded', why: 'a draft' },
  ])('is read in every version: $why', ({ type, action }) => {
    const context = { version: '0.3.0', specversion: undefined, type }
    expect(deploymentOf({ context, subject: { type: 'service' } }).action).toBe(action)
  })

  it.each([
    { id: 'checkout', content: {}, service: 'production/-/checkout', named: [true, false] },
    { id: 'shop/checkout', content: {}, service: 'production/shop/checkout', named: [true, true] },
    {
      id: 'checkout',
      content: { environment: undefined },
      service: 'default/-/checkout',
      named: [false, false],
    },
    {
      id: '/live/shop/checkout',
      content: { environment: undefined },
      service: 'production/shop/checkout',
      named: [true, true],
    },
    {
      id: '/staging/-/check%2Fout',
      content: { environment: undefined },
      service: 'staging/-/check%2Fout',
      named: [true, false],
    },
    {
      id: 'https://cd.example.com/shop/checkout',
      content: {},
      service: 'production/shop/checkout',
      named: [true, true],
    },
  ])(
    'names $service by the subject $id',
    ({ id, content, service, named: [environment, namespace] }) => {
      expect(deploymentOf({ subject: { id }, content })).toMatchObject({
        service,
        named: { environment, namespace },
      })
    },
  )

  it.each([
    { customData: { 'canary.weight': 20 }, share: 0.2, why: 'a weight is in percent' },
    { customData: { 'canary.weight': '50' }, share: 0.5, why: 'digits are a number' },
    {
      customData: { 'deployment.share': 0.1, 'canary.weight': 20 },
      share: 0.1,
      why: 'the share wins',
    },
    { customData: { 'deployment.share': 20 }, share: null, why: 'a share is a fraction of 1' },
    { customData: { 'canary.weight': 'much' }, share: null, why: 'no number' },
  ])('has the share $share: $why', ({ customData, share }) => {
    expect(deploymentOf({ customData }).share).toBe(share)
  })

  it('takes custom data as JSON or as base64', () => {
    const json = JSON.stringify({ 'service.version': '7' })
    expect(deploymentOf({ customData: json }).version).toBe('7')
    expect(deploymentOf({ customData: btoa(json) }).version).toBe('7')
    expect(deploymentOf({ customData: ['x'] }).version).toBe('1.42.0')
  })

  it.each([
    { customData: { 'deployment.strategy': 'yolo' }, note: 'strategy' },
    { customData: { 'deployment.phase': 'over' }, note: 'phase' },
    { customData: { 'deployment.startedAt': 'noon' }, note: 'startedAt' },
    {
      customData: { 'culprit.manifest': { schema: 'culprit.change-manifest/1', changes: 7 } },
      note: 'manifest',
    },
    { customData: 'no json', note: 'customData' },
  ])('is kept, with a note, when its $note does not fit', ({ customData, note }) => {
    const result = read({ customData })
    expect(result.act).toBe('deployment')
    expect(result.act === 'deployment' && result.notes.join()).toContain(note)
  })

  it('carries its manifest, unknown keys left out', () => {
    const delta = {
      service: 'checkout',
      environment: 'production',
      revision: 'f95f852',
      added: [],
      removed: [],
      method: 'git',
      completeness: 'complete',
      more: 1,
    }
    const cut = { changes: 0, files: 0, ranges: 0, tokens: 0 }
    const manifest = { schema: 'culprit.change-manifest/1', delta, cut, changes: [], extra: true }
    const { more: _, ...known } = delta
    expect(deploymentOf({ customData: { 'culprit.manifest': manifest } }).manifest).toEqual({
      delta: known,
      cut,
      changes: [],
    })
  })

  it.each([
    { parts: { context: { timestamp: 'yesterday' } }, reason: 'no-time' },
    { parts: { context: { timestamp: undefined } }, reason: 'no-time' },
    { parts: { arrivedMs: atMs - 60_001 }, reason: 'ahead' },
    { parts: { arrivedMs: atMs + 86_400_001 }, reason: 'behind' },
    { parts: { subject: { id: '' } }, reason: 'no-service' },
  ])('is refused as $reason', ({ parts, reason }) => {
    expect(read(parts)).toMatchObject({ act: 'refused', reason })
  })

  it.each([
    'dev.cdevents.change.merged.0.3.0',
    'dev.cdevents.service.published.0.3.0',
    'com.example.thing',
  ])('is none, and ignored, when its type is %s', (type) => {
    expect(read({ context: { type } })).toMatchObject({ act: 'ignored', reason: 'other-event' })
  })

  it('is refused without a context', () => {
    const event = {
      id: '1',
      source: 's',
      type: 'dev.cdevents.service.deployed.0.3.0',
      subject: null,
      time: null,
      data: 7,
    }
    expect(readDeployment(event, { arrivedMs: atMs, settings })).toMatchObject({
      act: 'refused',
      reason: 'no-event',
    })
  })

  it.skipIf(!hasShop)('of the recorded shop is a canary that grows and is rolled back', () => {
    const lines = shopFile('run/cdevents.jsonl').trim().split('\n')
    const read = lines.map((line) => {
      const unwrapped = unwrapJson(JSON.parse(line))
      if (!unwrapped.ok) throw new Error(unwrapped.message)
      const result = readDeployment(unwrapped.event, {
        arrivedMs: Date.parse(unwrapped.event.time!),
        settings,
      })
      if (result.act !== 'deployment') throw new Error(result.message)
      return result.deployment
    })
    expect(
      read.map(({ service, action, version, share }) => [service, action, version, share]),
    ).toEqual([
      ['production/shop/checkout', 'deployed', '1.5.0', 0.2],
      ['production/shop/checkout', 'upgraded', '1.5.0', 0.5],
      ['production/shop/checkout', 'rolledback', '1.4.0', 0],
    ])
  })
})
