import { describe, expect, it } from 'vitest'
import { partitionOf } from '../../src/core/kernel/murmur2.ts'
import { Router, unitName } from '../../src/engine/route.ts'
import type { NewRecord } from '../../src/ports/event-log.ts'
import type { Output } from '../../src/processors/processor.ts'

const output = (partitionBy: Output['partitionBy']): Output => ({
  topic: 'events',
  key: 'production/shop/checkout',
  partitionBy,
  value: null,
  headers: { own: 'header' },
})

describe('Router', () => {
  it('chooses partitions by the hash of partitionBy and counts all outputs of a record', () => {
    const records: NewRecord[] = []
    const router = new Router(() => 8)
    router.route([output('a'), output('b')], { unit: 'ingest/raw/0', offset: 12 }, records)
    expect(records.map(({ partition }) => partition)).toEqual(
      ['a', 'b'].map((key) => partitionOf(key, 8)),
    )
    expect(records.map(({ headers }) => headers)).toEqual([
      { own: 'header', 'culprit-position': 'ingest/raw/0@12.0' },
      { own: 'header', 'culprit-position': 'ingest/raw/0@12.1' },
    ])
  })

  it('sends one copy to every partition under one position', () => {
    const records: NewRecord[] = []
    new Router(() => 3).route([output({ every: true })], { unit: 'u', offset: 0 }, records)
    expect(records.map(({ partition }) => partition)).toEqual([0, 1, 2])
    expect(new Set(records.map(({ headers }) => headers['culprit-position']))).toEqual(
      new Set(['u@0.0']),
    )
  })
})

describe('unitName', () => {
  it.each([
    {
      name: 'detect',
      inputs: ['culprit.service-events'],
      unit: 'detect/17',
      why: 'one input needs no name',
    },
    {
      name: 'ingest',
      inputs: ['otlp_spans', 'deployments'],
      unit: 'ingest/otlp_spans/17',
      why: 'several do',
    },
  ])('is $unit: $why', ({ name, inputs, unit }) => {
    expect(unitName({ name, inputs }, { topic: inputs[0]!, partition: 17 })).toBe(unit)
  })
})
