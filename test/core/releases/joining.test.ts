import { describe, expect, it } from 'vitest'
import { joinService } from '../../../src/core/releases/join-service.ts'
import { matchVersion, sameRevision } from '../../../src/core/releases/version-match.ts'

const named = { environment: true, namespace: true }

describe('joinService', () => {
  it.each([
    {
      service: 'production/shop/checkout',
      seen: ['production/shop/checkout', 'default/-/checkout'],
      expected: { kind: 'joined', key: 'production/shop/checkout', how: 'exact' },
      why: 'telemetry of its key was seen',
    },
    {
      service: 'production/shop/checkout',
      seen: ['default/shop/checkout'],
      expected: { kind: 'joined', key: 'default/shop/checkout', how: 'default-environment' },
      why: 'the telemetry names no environment',
    },
    {
      service: 'production/shop/checkout',
      seen: ['production/-/checkout'],
      expected: { kind: 'joined', key: 'production/-/checkout', how: 'default-namespace' },
      why: 'the telemetry names no namespace',
    },
    {
      service: 'production/shop/checkout',
      seen: ['default/-/checkout'],
      expected: { kind: 'joined', key: 'default/-/checkout', how: 'default-environment' },
      why: 'the telemetry names neither',
    },
    {
      service: 'production/-/checkout',
      seen: ['production/shop/checkout'],
      expected: { kind: 'joined', key: 'production/shop/checkout', how: 'default-namespace' },
      why: 'the event names no namespace and there is one',
    },
    {
      service: 'production/-/checkout',
      seen: ['production/a/checkout', 'production/b/checkout'],
      expected: {
        kind: 'ambiguous',
        candidates: ['production/a/checkout', 'production/b/checkout'],
      },
      why: 'two candidates join nothing',
    },
    {
      service: 'production/shop/checkout',
      seen: ['staging/shop/checkout'],
      expected: { kind: 'none' },
      why: 'another environment is another service',
    },
    {
      service: 'production/shop/checkout',
      seen: ['production/other/checkout'],
      expected: { kind: 'none' },
      why: 'another namespace is another service',
    },
  ])('of $service with $seen: $why', ({ service, seen, expected }) => {
    expect(joinService({ service, named }, seen, 'default')).toEqual(expected)
  })
})

describe('matchVersion', () => {
  const hints = {
    revision: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
    images: ['1.42.0'],
    podHash: '6d4f',
  }
  const none = { revision: null, images: [], podHash: null }
  const asked = (given: Partial<Parameters<typeof matchVersion>[0]>) => ({
    version: null,
    revision: null,
    images: [],
    ...given,
  })

  it.each([
    { given: { version: ' V1.42.0 ' }, seen: '1.42.0', of: none, rule: 'version' },
    { given: { version: '1.42' }, seen: '1.42.0', of: none, rule: null },
    { given: { revision: 'f95f852' }, seen: 'f95f852bd8fc', of: none, rule: 'revision' },
    { given: { images: ['1.42.0'] }, seen: 'build-7', of: hints, rule: 'image' },
    { given: { revision: 'f95f852bd8' }, seen: 'build-7', of: hints, rule: 'head-revision' },
    { given: { version: '6d4f' }, seen: 'build-7', of: hints, rule: 'pod-hash' },
    { given: { version: '1.43.0', revision: 'aaaaaaa' }, seen: 'build-7', of: hints, rule: null },
  ])('answers $rule for $given against $seen', ({ given, seen, of, rule }) => {
    expect(matchVersion(asked(given), { version: seen, hints: of })).toBe(rule)
  })

  it.each([
    { a: 'f95f852', b: 'f95f852bd8fc', same: true, why: 'a prefix of seven digits' },
    { a: 'f95f85', b: 'f95f852bd8fc', same: false, why: 'six digits are too few' },
    { a: 'release', b: 'release', same: false, why: 'a name is no revision' },
  ])('takes $a and $b as the same revision: $same, $why', ({ a, b, same }) => {
    expect(sameRevision(a, b)).toBe(same)
  })
})
