/** From the alert over the rollback to the end: what subscribers of the alert topic are told. */
import { describe, expect, it } from 'vitest'
import type { Incident } from '../../src/contracts/incident.ts'
import { deploymentLine, spanLines, type Version } from '../support/otlp-lines.ts'
import { Pipeline } from '../support/pipeline.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const minutes = 60

type Alert = { context: { id: string; type: string }; customData: Incident }

function run(versions: readonly Version[], events: readonly [string, number][], seconds: number) {
  const pipeline = new Pipeline()
  const lines = spanLines({ seed: 11, startMs, seconds, versions })
  const timed = lines.map((text, i): [string, number] => [text, startMs + i * 1000 + 999])
  for (const [text, atMs] of [...timed, ...events].sort((a, b) => a[1] - b[1])) {
    pipeline.line(text, atMs)
    pipeline.tick(atMs)
  }
  const of = <T>(topic: string) =>
    pipeline.emitted.filter((each) => each.topic === topic).map(({ text }) => JSON.parse(text) as T)
  return {
    alerts: of<Alert>('culprit.alerts'),
    incidents: of<Incident>('culprit.incidents'),
    verdicts: pipeline.verdicts,
  }
}

const deployed = (version: string, atS: number, action = 'deployed'): [string, number] => {
  const atMs = startMs + atS * 1000
  return [deploymentLine({ atMs, version, action }), atMs]
}

describe('an incident', () => {
  it.each([
    {
      name: 'all at once',
      versions: [
        { version: '1.0', fromS: 0, toS: 1200, rps: 15, errorRate: 0.01 },
        { version: '1.1', fromS: 1200, toS: 1500, rps: 15, errorRate: 0.3 },
        { version: '1.0', fromS: 1500, toS: 2700, rps: 15, errorRate: 0.01 },
      ],
    },
    {
      name: 'a canary',
      versions: [
        { version: '1.0', fromS: 0, toS: 2700, rps: 12, errorRate: 0.01 },
        { version: '1.1', fromS: 1200, toS: 1500, rps: 5, errorRate: 0.4 },
      ],
    },
  ])('of a release that was rolled back ends: $name (seed 11)', ({ versions }) => {
    const { alerts, incidents } = run(
      versions,
      [deployed('1.1', 20 * minutes), deployed('1.0', 25 * minutes, 'rolledback')],
      45 * minutes,
    )

    const states = incidents.map(({ state }) => state)
    expect(new Set(incidents.map(({ id }) => id)).size).toBe(1)
    expect(states[0]).toBe('open')
    expect(states.at(-1)).toBe('resolved')
    expect(states.indexOf('mitigating')).toBeLessThan(states.indexOf('recovered'))
    expect(incidents.at(-1)!.resolution).toBe('rolled-back')

    const resolved = alerts.filter(({ context }) => context.type.includes('incident.resolved'))
    expect(resolved).toHaveLength(1)
    expect(new Set(alerts.map(({ context }) => context.id)).size).toBe(alerts.length)
    expect(incidents.map(({ revision }) => revision)).toEqual(incidents.map((_, i) => i + 1))
  })

  it('of a release that is fixed forward says so (seed 11)', () => {
    const { incidents } = run(
      [
        { version: '1.0', fromS: 0, toS: 1200, rps: 15, errorRate: 0.01 },
        { version: '1.1', fromS: 1200, toS: 1500, rps: 15, errorRate: 0.3 },
        { version: '1.2', fromS: 1500, toS: 2700, rps: 15, errorRate: 0.01 },
      ],
      [deployed('1.1', 20 * minutes), deployed('1.2', 25 * minutes)],
      45 * minutes,
    )

    expect(incidents.at(-1)).toMatchObject({ state: 'resolved', resolution: 'fixed-forward' })
    // To the end the title says what got worse, from what to what.
    for (const { title } of incidents) expect(title).toMatch(/^checkout 1\.1: POST \/orders errors/)
  })

  it('is not opened by the release that repairs, and not by a harmless one after it (seed 11)', () => {
    const { incidents, verdicts } = run(
      [
        { version: '1.0', fromS: 0, toS: 1200, rps: 15, errorRate: 0.1 },
        { version: '1.1', fromS: 1200, toS: 1800, rps: 15, errorRate: 0.01 },
        { version: '1.2', fromS: 1800, toS: 2700, rps: 15, errorRate: 0.01 },
      ],
      [deployed('1.1', 20 * minutes), deployed('1.2', 30 * minutes)],
      45 * minutes,
    )

    expect(incidents).toEqual([])
    expect(verdicts.every(({ verdict }) => verdict !== 'regressed')).toBe(true)
  })

  it('ends after a long fault too, and does not come back without the version (seed 11)', () => {
    const { incidents } = run(
      [
        { version: '1.0', fromS: 0, toS: 1200, rps: 12, errorRate: 0.01 },
        { version: '1.1', fromS: 1200, toS: 1800, rps: 12, errorRate: 0.3 },
        { version: '1.0', fromS: 1800, toS: 4500, rps: 12, errorRate: 0.01 },
      ],
      [deployed('1.1', 20 * minutes)],
      75 * minutes,
    )

    expect(new Set(incidents.map(({ id }) => id)).size).toBe(1)
    expect(incidents.at(-1)!.state).toBe('resolved')
  })

  it('does not end while the fault goes on after the rollback (seed 11)', () => {
    const { incidents } = run(
      [
        { version: '1.0', fromS: 0, toS: 1200, rps: 12, errorRate: 0.01 },
        { version: '1.1', fromS: 1200, toS: 1500, rps: 12, errorRate: 0.3 },
        { version: '1.0', fromS: 1500, toS: 2400, rps: 12, errorRate: 0.3 },
      ],
      [deployed('1.1', 20 * minutes), deployed('1.0', 25 * minutes, 'rolledback')],
      40 * minutes,
    )

    expect(['open', 'mitigating']).toContain(incidents.at(-1)!.state)
  })

  it('is blamed on the release that broke it, not on one 40 s before (seed 11)', () => {
    const { incidents, verdicts } = run(
      [
        { version: '1.0', fromS: 0, toS: 900, rps: 15, errorRate: 0.01 },
        { version: '1.1', fromS: 900, toS: 940, rps: 15, errorRate: 0.01 },
        { version: '1.2', fromS: 940, toS: 1500, rps: 15, errorRate: 0.3 },
      ],
      [deployed('1.1', 15 * minutes), deployed('1.2', 940)],
      25 * minutes,
    )

    const regressed = verdicts.filter(({ verdict }) => verdict === 'regressed')
    expect(new Set(regressed.map(({ release }) => release.version))).toEqual(new Set(['1.2']))
    expect(new Set(incidents.map(({ id }) => id)).size).toBe(1)
  })
})
