/** What simpler rules would have named in the scene, for comparison. */
import { describe, expect, it } from 'vitest'
import { baselines } from '../../../src/core/attribution/baselines.ts'
import { minute, scene, t0 } from './scene.ts'

describe('baselines', () => {
  it('lists what simpler rules would have said', () => {
    const found = baselines(scene(), {
      alertMs: t0 + 2 * minute,
      aiShare: new Map([['rel_payment', 0.5]]),
    })
    expect(found).toEqual({
      'latest-deploy': ['rel_checkout', 'rel_payment'],
      'nearest-in-time': ['rel_checkout', 'rel_payment'],
      'ai-share': ['rel_payment'],
      'last-on-frame': ['a', 'b'],
    })
  })
})
