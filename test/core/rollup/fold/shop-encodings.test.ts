/** The recorded shop in its other forms: JSON and protobuf, the spanmetrics connector, mutated bytes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ServiceEvent } from '../../../../src/contracts/service-events.ts'
import { foldOtlp } from '../../../../src/core/rollup/fold/fold.ts'
import { foldDefaults } from '../../../../src/core/rollup/fold/settings.ts'
import { encodeOtlp } from '../../../support/otlp-proto.ts'
import { hasShop, shopBodies, shopGzipLines, shopRun } from '../../../support/shop-data.ts'
import { foldLine } from './fold-line.ts'

const settings = foldDefaults

describe.skipIf(!hasShop)('the recorded shop', () => {
  it('is the same from JSON and from protobuf, byte for byte', () => {
    for (const signal of ['traces', 'metrics', 'logs'] as const) {
      for (const line of shopRun(signal).slice(10, 40)) {
        const bytes = encodeOtlp(signal, JSON.parse(new TextDecoder().decode(line)))
        const arrivedMs = 1_795_326_100_000
        const a = foldOtlp({ signal, bytes: line, arrivedMs, settings })
        const b = foldOtlp({ signal, bytes, arrivedMs, settings })
        expect(JSON.stringify(a)).toBe(JSON.stringify(b))
      }
    }
  })

  it.each([
    { file: 'spanmetrics/exponential-s-delta.jsonl.gz', kind: 'rollup' },
    { file: 'spanmetrics/explicit-ms-cumulative.jsonl.gz', kind: 'snapshot' },
  ])('takes SERVER spans alone from $file, from the histogram', ({ file, kind }) => {
    const all = shopGzipLines(file).flatMap((line) => foldLine(line).events)
    expect(new Set(all.map((event) => event.kind))).toEqual(new Set([kind]))
    const metrics = new Set(
      all.flatMap((event) =>
        event.kind === 'snapshot' ? event.points.map(({ metric }) => metric) : [],
      ),
    )
    if (kind === 'snapshot') expect(metrics).toEqual(new Set(['traces.span.metrics.duration']))
    const seconds = all.flatMap((event) =>
      event.kind === 'snapshot'
        ? event.points.flatMap(({ latency }) =>
            latency !== null && 'bounds' in latency ? [latency.bounds[0]] : [],
          )
        : [],
    )
    expect(new Set(seconds)).toEqual(new Set(kind === 'snapshot' ? [0.002] : []))
  })

  it.each([
    ['traces', 'stock-traces'],
    ['metrics', 'payment-metrics'],
    ['metrics', 'stock-metrics'],
    ['logs', 'payment-logs'],
  ] as const)(
    'folds mutated %s of %s to records of the contract, or refuses them (seed 71)',
    (signal, name) => {
      const bodies = shopBodies(name).map(({ bytes }) => bytes)
      fc.assert(
        fc.property(
          fc.nat(bodies.length - 1),
          fc.array(fc.record({ at: fc.nat(1e6), byte: fc.nat(255) }), {
            minLength: 1,
            maxLength: 6,
          }),
          (index, mutations) => {
            const bytes = bodies[index]!.slice()
            for (const { at, byte } of mutations) bytes[at % bytes.length] = byte
            const outcome = foldOtlp({ signal, bytes, arrivedMs: 1_795_326_600_000, settings })
            if (!outcome.ok) return
            for (const event of outcome.events)
              ServiceEvent.parse(JSON.parse(JSON.stringify(event)))
            for (const { seen, accepted, refused } of Object.values(outcome.counts)) {
              expect(seen).toBe(Object.values(refused).reduce((sum, each) => sum + each, accepted))
            }
          },
        ),
        { seed: 71, numRuns: 300 },
      )
    },
  )
})
