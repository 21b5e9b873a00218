import { describe, expect, it } from 'vitest'
import type { Incident, Suspect } from '../../../src/contracts/incident.ts'
import { firstChange, ofShop, saysAll } from '../../../src/cli/demo/alert.ts'

const suspect = (given: Partial<Suspect>) =>
  ({ rank: 1, kind: 'change', probability: 0.8, revision: 'a'.repeat(40), ...given }) as Suspect

const incident = (given: object) =>
  ({
    openedAt: '2026-06-10T12:00:00.000Z',
    suspects: [suspect({})],
    suggestion: {},
    regressions: [{ release: { service: { namespace: 'shop' } }, signals: [] }],
    ...given,
  }) as unknown as Incident

const sinceMs = Date.parse('2026-06-10T12:00:00Z')

describe('the incident of the demo', () => {
  it('is one of the shop that opened after the release', () => {
    const other = { regressions: [{ release: { service: { namespace: null } }, signals: [] }] }
    expect(ofShop([incident({})], sinceMs)).not.toBeNull()
    expect(ofShop([incident({})], sinceMs + 1)).toBeNull()
    expect(ofShop([incident(other)], sinceMs)).toBeNull()
  })

  it.each([
    ['a likely change stands first and there is a way back', {}, true],
    ['the first change is not likely yet', { suspects: [suspect({ probability: 0.3 })] }, false],
    ['a release stands first', { suspects: [suspect({ kind: 'release' })] }, false],
    ['nothing is suggested yet', { suggestion: null }, false],
  ])('where %s, says all: %#', (_, given, expected) => {
    expect(saysAll(incident(given))).toBe(expected)
  })

  it('names the change of rank 1, whatever the order, and nobody where that is no change', () => {
    const second = suspect({ rank: 2, revision: 'b'.repeat(40) })
    expect(firstChange(incident({ suspects: [second, suspect({})] }))?.revision).toBe(
      'a'.repeat(40),
    )
    expect(firstChange(incident({ suspects: [suspect({ kind: 'external' })] }))).toBeNull()
  })
})
