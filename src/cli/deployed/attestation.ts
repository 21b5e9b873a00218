/** The commit that an artifact was built of, from its attestation or annotations, for `--attestation FILE`. */
import { readFileSync } from 'node:fs'
import { UsageError } from '../../core/kernel/errors.ts'
import { type ArtifactSource, readArtifactSource } from '../../core/provenance/artifact-source.ts'

const bytesMax = 16 * 1024 * 1024

export function readAttestation(file: string | undefined): ArtifactSource | null {
  if (file === undefined) return null
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new UsageError(`--attestation ${file} cannot be read`)
  }
  if (text.length > bytesMax) throw new UsageError(`--attestation ${file} is larger than 16 MiB`)
  const source = readArtifactSource(text)
  if (source === null) throw new UsageError(`--attestation ${file} names no commit`)
  return source
}
