/** When a second cause is asked for, and what it is credited with. */
import { describe, expect, it } from 'vitest'
import { addedTopology, isUnexplained } from '../../../src/core/attribution/second-round.ts'

describe('second round', () => {
  it('asks for another cause only where a strong stream is covered poorly', () => {
    expect(isUnexplained({ logE: 9, named: [0.8] })).toBe(false)
    expect(isUnexplained({ logE: 9, named: [0.01] })).toBe(true)
    expect(isUnexplained({ logE: 2, named: [0.01] })).toBe(false)
  })

  it('credits a cause only for what the first leaves open', () => {
    const open = addedTopology([{ logE: 9, named: [0.01] }], [0.8])
    const explained = addedTopology([{ logE: 9, named: [0.8] }], [0.8])
    expect(open).toBeGreaterThan(3)
    expect(explained).toBeLessThan(0.3)
  })
})
