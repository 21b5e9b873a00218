/**
 * What an artifact's name says about its version: package URLs (purl) and plain image references.
 *
 * Of `pkg:oci` the version is the image digest and the tag a qualifier; of other types the version is the version.
 * Source: purl specification, types oci and docker; formats section 3.
 */
export interface Artifact {
  readonly name: string | null
  readonly tag: string | null
  readonly digest: string | null
}

const digestPattern = /^sha(256|384|512):[0-9a-f]{32,128}$/i

export function parseArtifact(artifactId: string): Artifact {
  return artifactId.startsWith('pkg:') ? parsePurl(artifactId) : parseImage(artifactId)
}

function parsePurl(purl: string): Artifact {
  const beforeSubpath = purl.split('#', 1)[0]!
  const [path = '', query = ''] = beforeSubpath.split('?', 2)
  const at = path.lastIndexOf('@')
  const version = at < 0 ? null : decode(path.slice(at + 1))
  const whole = at < 0 ? path : path.slice(0, at)
  const name = decode(whole.slice(whole.lastIndexOf('/') + 1))
  const tag = query
    .split('&')
    .map((pair) => pair.split('=', 2))
    .find(([key]) => key?.toLowerCase() === 'tag')?.[1]
  const isDigest = version !== null && digestPattern.test(version)
  return {
    name: name === '' ? null : name,
    tag: nonEmpty(tag === undefined ? null : decode(tag)) ?? (isDigest ? null : nonEmpty(version)),
    digest: isDigest ? version : null,
  }
}

/** `registry:5000/shop/checkout:1.2.3@sha256:…` */
function parseImage(image: string): Artifact {
  const [reference = '', digest = ''] = image.split('@', 2)
  const last = reference.slice(reference.lastIndexOf('/') + 1)
  const colon = last.indexOf(':')
  return {
    name: nonEmpty(colon < 0 ? last : last.slice(0, colon)),
    tag: colon < 0 ? null : nonEmpty(last.slice(colon + 1)),
    digest: digestPattern.test(digest) ? digest : null,
  }
}

function nonEmpty(text: string | null): string | null {
  return text === null || text === '' ? null : text
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
