import { describe, expect, it } from 'vitest'
import { openInferred, takeDeployment } from '../../../src/core/releases/lifecycle.ts'
import { emptyVersions, observeVersions } from '../../../src/core/releases/versions.ts'
import { deploymentOf } from '../../support/service-events.ts'

const key = 'production/shop/checkout'
const startMs = Date.parse('2026-11-20T10:00:00Z')
const minuteMs = 60_000

function deployment(version: string, minute: number) {
  const atMs = startMs + minute * minuteMs
  return deploymentOf({ eventId: `${version} ${minute}`, version, atMs })
}

/** A service whose telemetry has shown `versions` at these minutes, without a word of an event. */
function inferred(versions: readonly (readonly [string, number])[]) {
  const service = { key, releases: [], versions: emptyVersions() }
  for (const [version, minute] of versions) {
    const atMs = startMs + minute * minuteMs
    const bucket = { startMs: atMs, endMs: atMs + 10_000, source: 'spans' }
    observeVersions(service.versions, bucket, [{ version, requests: 50 }])
    openInferred(service, version, atMs, atMs)
  }
  return service
}

describe('an event that is told late', () => {
  it.each([
    {
      version: '2',
      at: 15,
      opens: 0,
      why: 'is the release that telemetry opened, though 3 came since',
    },
    { version: '2', at: 13, opens: 0, why: 'is that release, a little before it too' },
    { version: '3', at: 16, opens: 0, why: 'is the current release' },
    { version: '2', at: 20, opens: 1, why: 'is another release when 3 was current before it' },
    { version: '1', at: 20, opens: 1, why: 'is a way back, not the release of an hour ago' },
    { version: '4', at: 20, opens: 1, why: 'is a release that telemetry has not shown' },
  ])('of $version at minute $at $why', ({ version, at, opens }) => {
    const service = inferred([
      ['1', 0],
      ['2', 14],
      ['3', 16],
    ])
    const release = takeDeployment(service, deployment(version, at), startMs + 40 * minuteMs)
    expect(service.releases).toHaveLength(3 + opens)
    expect(release.finding).toMatchObject({ version, origin: 'event' })
  })

  it('opens nothing when it is told twice', () => {
    const service = inferred([['1', 0]])
    const first = takeDeployment(service, deployment('2', 5), startMs + 5 * minuteMs)
    expect(takeDeployment(service, deployment('2', 7), startMs + 7 * minuteMs)).toBe(first)
  })
})
