import { describe, expect, it } from 'vitest'
import { refuseForeignFormat } from '../../src/processors/state-format.ts'
import { detectProcessor } from '../../src/processors/detect/detect.ts'
import { attributeProcessor } from '../../src/processors/attribute/attribute.ts'
import { topicNames } from '../../src/processors/topics.ts'
import { attributeDefaults, detectDefaults } from '../support/pipeline.ts'

const topics = topicNames('culprit.')

describe('stored state', () => {
  it.each([
    { stored: 3, written: 3, why: 'it is its own' },
    { stored: 2, written: 3, why: 'a rolling restart reads what the version before wrote' },
  ])('of format $stored is read by a program that writes $written: $why', (formats) => {
    expect(() => refuseForeignFormat('detect', formats)).not.toThrow()
  })

  it.each([
    { stored: 4, written: 3, way: 'the newer version that wrote it goes on with it' },
    { stored: 1, written: 3, way: 'a version that reads 1 and writes 2 carries it over' },
  ])(
    'of format $stored is refused by a program that writes $written, with the way back',
    (each) => {
      const { way, ...formats } = each
      expect(() => refuseForeignFormat('detect', formats)).toThrow(way)
    },
  )

  it.each([detectProcessor(detectDefaults, topics), attributeProcessor(attributeDefaults, topics)])(
    'of a later format is refused when a unit of $name is opened',
    (processor) => {
      const value = Buffer.from(JSON.stringify({ format: 99, units: [], nowMs: 0 }))
      const open = () => processor.open(`${processor.name}/0`, [{ group: '', key: 'unit', value }])
      expect(open).toThrow(`state of ${processor.name}: expected format`)
    },
  )
})
