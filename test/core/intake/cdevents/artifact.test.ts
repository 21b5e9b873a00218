/** The name, tag and digest in an artifact id. */
import { describe, expect, it } from 'vitest'
import { parseArtifact } from '../../../../src/core/intake/cdevents/artifact.ts'
import { digest } from './read-event.ts'

describe('parseArtifact', () => {
  it.each([
    {
      id: `pkg:oci/checkout@${encodeURIComponent(digest)}?tag=1.42.0`,
      artifact: { name: 'checkout', tag: '1.42.0', digest },
    },
    { id: 'pkg:npm/%40acme/cart@2.1.0', artifact: { name: 'cart', tag: '2.1.0', digest: null } },
    {
      id: 'pkg:docker/acme/cart@1.0?repository_url=x#sub',
      artifact: { name: 'cart', tag: '1.0', digest: null },
    },
    {
      id: `registry:5000/shop/checkout:1.2.3@${digest}`,
      artifact: { name: 'checkout', tag: '1.2.3', digest },
    },
    { id: 'checkout', artifact: { name: 'checkout', tag: null, digest: null } },
    { id: 'pkg:', artifact: { name: null, tag: null, digest: null } },
  ])('reads $id', ({ id, artifact }) => {
    expect(parseArtifact(id)).toMatchObject({ tag: artifact.tag, digest: artifact.digest })
    if (artifact.name !== null) expect(parseArtifact(id).name).toBe(artifact.name)
  })
})
