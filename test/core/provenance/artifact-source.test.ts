import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readArtifactSource } from '../../../src/core/provenance/artifact-source.ts'

const sha = 'a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0'
const statement = (predicateType: string, predicate: object) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'shop', digest: { sha256: 'f'.repeat(64) } }],
  predicateType,
  predicate,
})
const v1 = statement('https://slsa.dev/provenance/v1', {
  buildDefinition: {
    resolvedDependencies: [
      { uri: 'https://example.com/base.tar', digest: { sha256: 'e'.repeat(64) } },
      { uri: 'git+https://github.com/acme/shop@refs/tags/v1', digest: { gitCommit: sha } },
    ],
  },
})
const dsse = (of: object) => ({
  payloadType: 'application/vnd.in-toto+json',
  payload: Buffer.from(JSON.stringify(of)).toString('base64'),
})
const found = {
  revision: sha,
  repository: 'https://github.com/acme/shop',
  digest: `sha256:${'f'.repeat(64)}`,
  from: 'slsa',
}
const oci = {
  'org.opencontainers.image.revision': sha,
  'org.opencontainers.image.source': 'https://x/y',
}

describe('the commit of an artifact', () => {
  it.each<[string, unknown, object]>([
    ['SLSA provenance v1', v1, found],
    ['a DSSE envelope', dsse(v1), found],
    ['a Sigstore bundle', { mediaType: 'x', dsseEnvelope: dsse(v1) }, found],
    ['what a forge answers', [{ bundle: { dsseEnvelope: dsse(v1) } }], found],
    [
      'SLSA provenance v0.2',
      statement('https://slsa.dev/provenance/v0.2', {
        invocation: {
          configSource: { uri: 'git+https://github.com/acme/shop@main', digest: { sha1: sha } },
        },
      }),
      found,
    ],
    [
      'annotations of a manifest',
      { schemaVersion: 2, annotations: oci },
      { revision: sha, repository: 'https://x/y', from: 'oci' },
    ],
    [
      'docker inspect',
      [{ Id: 'sha256:1', Config: { Labels: oci } }],
      { revision: sha, digest: 'sha256:1' },
    ],
    [
      'a short or dirty revision',
      { annotations: { ...oci, 'org.opencontainers.image.revision': 'v1.2-dirty' } },
      { revision: 'v1.2-dirty' },
    ],
  ])('is read from %s', (_of, value, expected) => {
    expect(readArtifactSource(JSON.stringify(value))).toMatchObject(expected)
    const each = Array.isArray(value) ? value : [value]
    const lines = each.map((one) => JSON.stringify(one)).join('\n')
    expect(readArtifactSource(`{"other":1}\n${lines}\n`)).toMatchObject(expected)
  })

  it.each([
    ['{}', 'nothing of the kind'],
    ['nothing', 'no JSON'],
    [JSON.stringify(statement('https://example.com/other', {})), 'another predicate'],
    [
      JSON.stringify(statement('https://slsa.dev/provenance/v1', { buildDefinition: {} })),
      'no commit',
    ],
  ])('is not in %j: %s', (text) => {
    expect(readArtifactSource(text)).toBeNull()
  })

  it('is sought in any text without a throw, seed 3', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        readArtifactSource(text)
        readArtifactSource(JSON.stringify(dsse({ text })))
      }),
      { seed: 3, numRuns: 200 },
    )
  })
})
