import { describe, expect, it } from 'vitest'
import { environmentName, identify } from '../../../src/core/intake/identity.ts'
import type { AttributeValue } from '../../../src/core/intake/otlp/telemetry.ts'

const settings = { defaultEnvironment: 'default' }
const identityOf = (values: Record<string, AttributeValue>) =>
  identify(new Map(Object.entries(values)), settings)

describe('identify', () => {
  it.each([
    {
      values: { 'service.name': 'checkout' },
      key: 'default/-/checkout',
      why: 'no environment, no namespace',
    },
    {
      values: {
        'service.name': 'checkout',
        'service.namespace': 'shop',
        'deployment.environment.name': 'prod',
      },
      key: 'production/shop/checkout',
      why: 'prod is production',
    },
    {
      values: { 'service.name': 'checkout', 'deployment.environment': 'live' },
      key: 'production/-/checkout',
      why: 'the old name counts',
    },
    {
      values: {
        'service.name': 'a',
        'deployment.environment.name': 'qa',
        'deployment.environment': 'prod',
      },
      key: 'qa/-/a',
      why: 'the new name wins',
    },
    {
      values: { 'service.name': 'a/b%', 'service.namespace': '-' },
      key: 'default/%2D/a%2Fb%25',
      why: 'segments are encoded',
    },
    { values: { 'service.name': 'Checkout' }, key: 'default/-/Checkout', why: 'case is kept' },
  ])('gives $key: $why', ({ values, key }) => {
    expect(identityOf(values as Record<string, AttributeValue>)!.key).toBe(key)
  })

  it.each(['', ' ', 'unknown_service', 'unknown_service:java'])(
    'gives nobody for the name %o',
    (name) => {
      expect(identityOf({ 'service.name': name })).toBeNull()
    },
  )

  it('is not confused by another default environment', () => {
    const attributes = new Map([['service.name', 'a']])
    expect(identify(attributes, { defaultEnvironment: 'x' })!.key).toBe('x/-/a')
    expect(identify(attributes, { defaultEnvironment: 'y' })!.key).toBe('y/-/a')
  })

  it('tells instances apart by what they say of themselves', () => {
    const of = (values: Record<string, AttributeValue>) =>
      identityOf({ 'service.name': 'a', ...values })!.instance
    const all = [
      of({ 'service.instance.id': '1' }),
      of({ 'service.instance.id': '2' }),
      of({ 'k8s.pod.name': 'p' }),
      of({ 'host.name': 'h', 'process.pid': 7 }),
      of({ 'host.name': 'h', 'process.pid': 8 }),
      of({}),
    ]
    expect(new Set(all).size).toBe(all.length)
    expect(of({ 'service.instance.id': '1', 'process.pid': 9 })).toBe(all[0])
  })
})

describe('environmentName', () => {
  it.each([
    ['prod', 'production'],
    ['LIVE', 'production'],
    ['testing', 'test'],
    ['staging', 'staging'],
    ['development', 'development'],
    ['eu-1', 'eu-1'],
    ['', 'default'],
    [null, 'default'],
  ])('maps %o to %s', (text, name) => {
    expect(environmentName(text, settings)).toBe(name)
  })
})
