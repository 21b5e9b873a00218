/**
 * From an artifact to the commit that it was built of: SLSA provenance (v1 and v0.2; as an in-toto statement, in a DSSE
 * envelope or a Sigstore bundle) and OCI annotations or labels. Pure; never throws; signatures are not checked.
 *
 * None of them says who wrote a line: they name one revision. A revision that is no whole commit id (a tag, a dirty tree)
 * is told as it is written. Source: provenance reference, sections 11 and 12.
 */
import { isObject, jsonValues, parseObject, type JsonObject } from '../kernel/json.ts'

export interface ArtifactSource {
  /** As written; 40 or 64 hex digits for a whole commit id. */
  readonly revision: string
  readonly repository: string | null
  /** `sha256:…` of the artifact, where it is told. */
  readonly digest: string | null
  readonly from: 'slsa' | 'oci'
}

const revisionKey = 'org.opencontainers.image.revision'
const sourceKey = 'org.opencontainers.image.source'
const textMax = 1_024
const depthMax = 6

/** One JSON value, an array, or one a line: the first that names a revision. Null for none. */
export function readArtifactSource(text: string): ArtifactSource | null {
  for (const value of jsonValues(text)) {
    const found = sourceOf(value, 0)
    if (found !== null) return found
  }
  return null
}

function sourceOf(value: unknown, depth: number): ArtifactSource | null {
  if (!isObject(value) || depth > depthMax) return null
  const wrapped = value['dsseEnvelope'] ?? value['bundle']
  if (isObject(wrapped)) return sourceOf(wrapped, depth + 1)
  if (typeof value['payload'] === 'string' && value['payloadType'] !== undefined) {
    return sourceOf(
      parseObject(Buffer.from(value['payload'], 'base64').toString('utf8')),
      depth + 1,
    )
  }
  if (isObject(value['predicate'])) return slsaSource(value, value['predicate'])
  return ociSource(value)
}

function slsaSource(statement: JsonObject, predicate: JsonObject): ArtifactSource | null {
  const type = statement['predicateType']
  if (typeof type !== 'string' || !type.startsWith('https://slsa.dev/provenance/')) return null
  const [subject] = listOf(statement['subject'])
  const digest =
    isObject(subject) && isObject(subject['digest']) ? subject['digest']['sha256'] : null
  const facts = {
    digest: typeof digest === 'string' ? `sha256:${digest}` : null,
    from: 'slsa' as const,
  }
  const build = isObject(predicate['buildDefinition']) ? predicate['buildDefinition'] : {}
  const invocation = isObject(predicate['invocation']) ? predicate['invocation'] : {}
  for (const each of [...listOf(build['resolvedDependencies']), invocation['configSource']]) {
    if (!isObject(each) || !isObject(each['digest'])) continue
    const revision = textOf(each['digest']['gitCommit']) ?? textOf(each['digest']['sha1'])
    const uri = textOf(each['uri'])
    if (revision !== null && (uri === null || /^git\+|\.git\b|github\.com|gitlab/.test(uri))) {
      return { revision, repository: uri === null ? null : plainUri(uri), ...facts }
    }
  }
  return null
}

/** An image's index or manifest, its configuration, or what `docker inspect` prints. */
function ociSource(value: JsonObject): ArtifactSource | null {
  const config = value['Config'] ?? value['config']
  const labels = isObject(config) ? (config['Labels'] ?? config['labels']) : undefined
  for (const each of [value['annotations'], labels, value['Labels']]) {
    if (!isObject(each)) continue
    const revision = textOf(each[revisionKey])
    if (revision === null) continue
    const digest = textOf(value['digest']) ?? textOf(value['Id'])
    return { revision, repository: textOf(each[sourceKey]), digest, from: 'oci' }
  }
  return null
}

/** `git+https://github.com/o/r@refs/tags/v1` without its scheme's prefix and ref. */
function plainUri(uri: string): string {
  return uri.replace(/^git\+/, '').replace(/@[^@/][^@]*$/, '')
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= textMax ? value : null
}
