/** How the page takes what comes while it is open: records, a cut stream, and data that grows old. */
import { expect, it } from 'vitest'
import { describePage, incidentPath, patience } from './describe-page.ts'
import { incident, namings } from './story/incidents.ts'
import { at, nowMs } from './story/moment.ts'
import { checkout, releases } from './story/releases.ts'

describePage((inUse) => {
  it('shifts nothing in view when a record comes', async () => {
    const page = await inUse.show('/')
    await page.evaluate(`window.shifted = 0; new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shifted += entry.value
  }).observe({ type: 'layout-shift', buffered: false })`)
    const before = await page.locator('.panel').first().boundingBox()
    inUse.server.send('incident', {
      ...namings[0],
      id: 'inc_00000000000000aa',
      state: 'open',
      resolution: null,
      openedAt: at('09:11:05'),
    })
    inUse.server.send('release', {
      ...releases[4],
      id: 'rel_00000000000000aa',
      startedAt: at('09:11'),
      verdict: 'regressed',
    })
    await page.clock.runFor(2_500)
    await page.waitForSelector('text=/changes?, show/')
    expect(await page.evaluate('window.shifted')).toBe(0)
    expect(await page.locator('.panel').first().boundingBox()).toEqual(before)
    await page.locator('.slot button').first().click()
    await expect.poll(() => page.locator('.incident-card').count(), patience).toBe(2)
  })

  it('holds a section under the pointer still, says what waits, and applies it on leaving', async () => {
    const page = await inUse.show('/')
    await page.locator('.incident-card').hover()
    const worse = structuredClone(incident)
    worse.revision = 4
    worse.regressions[0]!.signals[0]!.observed = { events: 600, exposure: 6030 }
    inUse.server.send('incident', worse)
    await expect
      .poll(async () => {
        await page.clock.runFor(1_100)
        return page.locator('.waiting').allTextContents()
      }, patience)
      .toEqual(['Paused, 1 waiting'])
    expect(await page.locator('.incident-card').innerText()).toContain('3.1 %')
    await page.mouse.move(5, 400)
    await page.clock.runFor(200)
    await expect.poll(() => page.locator('.incident-card').innerText(), patience).toContain('10 %')
    expect(await page.locator('.incident-card .fresh').count()).toBeGreaterThan(0)
  })

  it('says so within 5 s when the stream is cut, and resumes where it was', async () => {
    const page = await inUse.show('/')
    inUse.server.send('release', { ...checkout, recordRevision: 2 })
    await page.clock.runFor(1_500)
    inUse.server.refuseStream = true
    inUse.server.cut()
    await page.waitForSelector('text=/Not connected since .*trying again/', { timeout: 5_000 })
    inUse.server.refuseStream = false
    await expect
      .poll(async () => {
        await page.clock.runFor(2_500)
        return page.locator('.connection').innerText()
      }, patience)
      .toMatch(/old/)
    expect(inUse.server.lastEventIds.at(-1)).toBe('t-1')
    expect(await page.locator('.releases a', { hasText: 'checkout 1.42.0' }).count()).toBe(1)
  })

  it('turns to the past and says how old the data is when it is stale', async () => {
    inUse.server.records.services = [
      {
        service: 'production/shop/checkout',
        lastSeenAt: new Date(nowMs - 240_000).toISOString(),
        versions: [],
        instances: 0,
        sources: [],
      },
    ]
    const page = await inUse.show(incidentPath)
    expect(await page.locator('.connection').innerText()).toBe('Data is 4 min old')
    expect((await page.locator('h1').innerText()).replaceAll('\u00a0', ' ')).toContain(
      'of POST /orders failed',
    )
  })
})
