import fc from 'fast-check'
import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import {
  encoderBeside,
  type EncodedRecord,
  type RecordToEncode,
} from '../../../src/adapters/kafka/record-encoding.ts'

const require = createRequire(import.meta.url)
const own = require('kafkajs/src/protocol/recordBatch/record/v0') as (
  record: RecordToEncode,
) => EncodedRecord
const encode = encoderBeside(() => {
  throw new Error('this form is not known')
})

const text = fc.string({ unit: 'grapheme', maxLength: 200 })
const record = fc.record({
  offsetDelta: fc.nat(2_000_000),
  timestampDelta: fc.integer({ min: -(2 ** 40), max: 2 ** 45 }),
  key: fc.option(text),
  value: fc.option(fc.uint8Array({ maxLength: 20_000 }).map((bytes) => Buffer.from(bytes))),
  headers: fc.dictionary(text, text, { maxKeys: 5 }),
})

it('a record has the bytes that kafkajs writes (seed 5)', () => {
  fc.assert(
    fc.property(record, (each) => {
      expect(encode(each).buffer.equals(own(each).buffer)).toBe(true)
    }),
    { seed: 5, numRuns: 2_000 },
  )
})

it.each([
  { form: 'a key of bytes', record: { key: Buffer.from('a'), value: null } },
  { form: 'a value as text', record: { key: null, value: 'text' } },
  { form: 'a header of bytes', record: { value: null, headers: { a: Buffer.from('b') } } },
  { form: 'a header twice', record: { value: null, headers: { a: ['b', 'c'] } } },
])('$form is left to kafkajs', ({ record: other }) => {
  expect(encoderBeside(own)(other).buffer).toEqual(own(other).buffer)
  expect(() => encode(other)).toThrow('this form is not known')
})
