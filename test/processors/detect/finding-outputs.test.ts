/** What a finding becomes on its topic. */
import { expect, it } from 'vitest'
import type { EvidenceFinding, StreamEvidence } from '../../../src/contracts/findings.ts'
import { findingOutputs } from '../../../src/processors/detect/finding-outputs.ts'
import { readFinding } from '../../../src/processors/attribute/read-finding.ts'

const stream: StreamEvidence = {
  signal: 'errors',
  scope: { route: null, fingerprint: null, metric: null, caller: null },
  mode: 'forecast',
  logE: 9,
  weight: 1,
  probability: 1,
  ratio: 2,
  low: 1.5,
  high: 2.5,
  excessPerMinute: 3,
  recovered: null,
  recoveredForMs: null,
  excludes: [],
  onset: null,
  baseline: { events: 1, exposure: 100 },
  observed: { events: 6, exposure: 100 },
  detectable: null,
  latency: null,
}

const evidence = (streams: StreamEvidence[]): EvidenceFinding => ({
  kind: 'evidence',
  release: 'r',
  service: 'production/shop/checkout',
  version: '2',
  atMs: 60_000,
  logE: 9,
  streams,
  kinds: [],
  exemplars: [],
  preTrend: null,
  oldShift: null,
  missing: 0,
  weakHistory: false,
  final: false,
  instances: null,
})

it.each([Number.NaN, Number.POSITIVE_INFINITY])(
  'a stream with the number %d is left out, and the others are read',
  (events) => {
    const broken: StreamEvidence = { ...stream, signal: 'gauge', baseline: { events, exposure: 1 } }
    const [output] = findingOutputs([evidence([broken, stream])], 'findings')

    expect(readFinding(output!.value!)).toEqual(evidence([stream]))
  },
)
