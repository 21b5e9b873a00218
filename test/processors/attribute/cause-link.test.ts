import { describe, expect, it } from 'vitest'
import type { CulpritEvent } from '../../../src/core/response/cdevent.ts'
import { AttributeUnit, incident, startMs, stored, topics } from '../../support/attribute-unit.ts'

const minuteMs = 60_000

describe('an alert', () => {
  it.each([
    { order: ['rel_near', 'rel_far'], why: 'it joined first' },
    { order: ['rel_far', 'rel_near'], why: 'it joined later: order is not blame' },
  ])('names the deployment of the blamed release, where $why', ({ order }) => {
    const unit = new AttributeUnit([
      incident('inc_0000000000000001', { resolvedAtMs: null, releases: order }),
      stored('rel_near', startMs - minuteMs, { deploymentEventId: 'near' }),
      stored('rel_far', startMs - 110 * minuteMs, {
        deploymentEventId: 'far',
        service: 'production/shop/stock',
      }),
    ])
    const outputs = unit.tick(startMs + 3 * minuteMs)
    const alert = outputs.find(({ topic }) => topic === topics.alerts)
    const event = JSON.parse(Buffer.from(alert!.value!).toString()) as CulpritEvent & {
      readonly customData: { readonly regressions: { readonly release: { readonly id: string } }[] }
    }

    expect(event.context.links).toMatchObject([
      { linkKind: 'CAUSE', target: { contextId: 'near' } },
    ])
    expect(event.customData.regressions.map(({ release }) => release.id)).toEqual([
      'rel_near',
      'rel_far',
    ])
    expect(event.subject.content['service']).toMatchObject({ id: '/production/shop/checkout' })
  })
})
