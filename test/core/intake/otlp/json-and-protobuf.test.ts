/** JSON and protobuf of one message decode to the same telemetry: generated ones, and all that was recorded. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeOtlp, decodeOtlpJson } from '../../../../src/core/intake/otlp/decode.ts'
import type { Signal } from '../../../../src/core/intake/otlp/telemetry.ts'
import { encodeOtlp, jsonOfOtlp } from '../../../support/otlp-proto.ts'
import { hasShop, shopBodies, shopFolder, shopKafka, shopRun } from '../../../support/shop-data.ts'
import { messages } from './generated-messages.ts'

describe('JSON and protobuf', () => {
  it.each(['traces', 'metrics', 'logs'] as const)(
    'give the same telemetry for generated %s (seed 41)',
    (signal) => {
      fc.assert(
        fc.property(messages[signal] as fc.Arbitrary<unknown>, (message) => {
          const bytes = encodeOtlp(signal, message)
          expect(decodeOtlp(bytes, signal)).toEqual(decodeOtlpJson(message))
        }),
        { seed: 41, numRuns: 300 },
      )
    },
  )

  it.skipIf(!hasShop)('give the same telemetry for every recorded request', () => {
    const names = readdirSync(join(shopFolder, 'bodies')).map((name) =>
      name.replace('.jsonl.gz', ''),
    )
    let compared = 0
    for (const name of names) {
      const signal = name.split('-').at(-1) as Signal
      for (const { bytes } of shopBodies(name)) {
        const decoded = decodeOtlp(bytes, signal)
        expect(decoded.ok).toBe(true)
        const isJson = bytes[0] === 0x7b
        const other = isJson
          ? decodeOtlp(encodeOtlp(signal, JSON.parse(new TextDecoder().decode(bytes))), signal)
          : decodeOtlpJson(jsonOfOtlp(signal, bytes))
        expect(decoded, name).toEqual(other)
        compared++
      }
    }
    expect(compared).toBeGreaterThan(100)
  })

  it.skipIf(!hasShop)(
    'give the same telemetry for the Collector’s files and its Kafka records',
    () => {
      for (const signal of ['traces', 'metrics', 'logs'] as const) {
        const topic = { traces: 'otlp_spans', metrics: 'otlp_metrics', logs: 'otlp_logs' }[signal]
        for (const bytes of [
          ...shopKafka(topic),
          ...shopKafka(`${topic}_json`),
          ...shopRun(signal).slice(0, 20),
        ]) {
          const isJson = bytes[0] === 0x7b
          const other = isJson
            ? decodeOtlp(encodeOtlp(signal, JSON.parse(new TextDecoder().decode(bytes))), signal)
            : decodeOtlpJson(jsonOfOtlp(signal, bytes))
          expect(decodeOtlp(bytes, 'auto')).toEqual(other)
        }
      }
    },
  )
})
