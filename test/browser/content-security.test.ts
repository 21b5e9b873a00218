/** That the page runs nothing that a record brings along, and talks to no other server. */
import { expect, it } from 'vitest'
import { describePage, incidentPath } from './describe-page.ts'

describePage((inUse) => {
  it('asks nobody but its own origin', async () => {
    const page = await inUse.show(incidentPath)
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.reload()
    await page.waitForSelector('.main-chart canvas')
    const hosts = asked
      .filter((name) => !name.startsWith('data:'))
      .map((name) => new URL(name).origin)
    expect(new Set(hosts)).toEqual(new Set([inUse.url]))
  })

  it('shows scripts in records as text', async () => {
    const page = await inUse.show('/')
    expect(await page.locator('.releases').innerText()).toContain('<script>alert(1)</script>')
    expect(await page.locator('main script').count()).toBe(0)
  })
})
