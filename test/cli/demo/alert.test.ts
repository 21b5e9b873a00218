import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Incident, Suspect } from '../../../src/contracts/incident.ts'
import { firstChange, ofShop, saysAll, waitForAlert } from '../../../src/cli/demo/alert.ts'

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

describe('waiting for it', () => {
  const watch = async (answers: readonly (readonly Incident[])[]) => {
    let asked = 0
    const server = createServer((_, response) => {
      const items = answers[Math.min(asked++, answers.length - 1)]
      response.end(JSON.stringify({ items, next: null }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    let nowMs = sinceMs
    const alerts: string[] = []
    const alerted = await waitForAlert({
      url: `http://127.0.0.1:${port}`,
      sinceMs,
      untilMs: sinceMs + 60_000,
      pollMs: 1,
      now: () => (nowMs += 10_000),
      ending: new AbortController().signal,
      onAlert: ({ title }) => alerts.push(title),
    })
    server.close()
    return { alerted, alerts }
  }

  it('tells the alert once and takes what is said last', async () => {
    const early = incident({ title: 'early', suggestion: null })
    const { alerted, alerts } = await watch([[], [early], [incident({ title: 'late' })]])
    expect(alerts).toEqual(['early'])
    expect(alerted?.incident.title).toBe('late')
  })

  it('takes an incident that says no more as it is, some seconds later', async () => {
    const vague = incident({ title: 'vague', suggestion: null })
    const { alerted } = await watch([[vague]])
    expect(alerted?.incident.title).toBe('vague')
  })

  it('ends without one when the time is up', async () => {
    expect((await watch([[]])).alerted).toBeNull()
  })
})
