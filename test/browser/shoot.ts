/**
 * Takes pictures of every view in both themes, at the desk and on the phone, to be looked at beside the
 * drawings: `node test/browser/shoot.ts FOLDER`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { desk, launch, openPage, phone } from './browser.ts'
import { incident } from './story/incidents.ts'
import { checkout } from './story/releases.ts'
import { PageServer } from './page-server.ts'

const into = process.argv[2] ?? 'page-pictures'
mkdirSync(into, { recursive: true })
const server = new PageServer()
const url = await server.start()
const browser = await launch()
const views = {
  overview: '/',
  incident: `/incidents/${incident.id}`,
  release: `/releases/${checkout.id}`,
  releases: '/releases',
  incidents: '/incidents',
}
for (const theme of ['light', 'dark'] as const) {
  for (const [name, size] of [
    ['desk', desk],
    ['phone', phone],
  ] as const) {
    for (const [view, path] of Object.entries(views)) {
      const page = await openPage(browser, url + path, { size, theme })
      await page.waitForLoadState('load')
      await page.waitForSelector('.foot')
      await page.clock.runFor(3_000)
      await page.screenshot({ path: join(into, `${view}-${name}-${theme}.png`), fullPage: true })
      await page.context().close()
    }
  }
}
await browser.close()
await server.stop()
