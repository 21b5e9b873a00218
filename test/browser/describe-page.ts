/** Set-up of a file of browser tests: one browser, and for each test a fresh server and no page left open. */
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { desk, launch, missing, openPage, type Look } from './browser.ts'
import { PageServer } from './page-server.ts'
import { incident } from './story/incidents.ts'
import { checkout } from './story/releases.ts'

export const incidentPath = `/incidents/${incident.id}`
export const releasePath = `/releases/${checkout.id}`
export const views = ['/', '/releases', releasePath, '/incidents', incidentPath]

/** A busy machine draws late; what is awaited here is said by no clock. */
export const patience = { timeout: 20_000 }

/** What a test has at hand; `server` and `url` are those of the test that runs. */
export interface PageInUse {
  readonly server: PageServer
  readonly url: string
  readonly show: (path: string, look?: Look) => Promise<Page>
}

/** Tests of the page in Chromium, skipped with the reason in their title where it cannot run. */
export function describePage(tests: (inUse: PageInUse) => void): void {
  const title = `the page in Chromium${missing === null ? '' : ` (${missing})`}`
  describe.skipIf(missing !== null)(title, () => {
    let browser: Browser
    let server: PageServer
    let url: string
    const open: Page[] = []

    beforeAll(async () => {
      browser = await launch()
    })
    afterAll(() => browser.close())
    beforeEach(async () => {
      server = new PageServer()
      url = await server.start()
    })
    afterEach(async () => {
      for (const page of open.splice(0)) await page.context().close()
      await server.stop()
    })

    tests({
      get server() {
        return server
      },
      get url() {
        return url
      },
      async show(path, look = { size: desk, theme: 'light' }) {
        const page = await openPage(browser, url + path, look)
        open.push(page)
        if (path === incidentPath) await page.waitForSelector('.main-chart canvas')
        const said = server.records.services.length === 0 ? 'no telemetry yet' : 'old'
        await page.waitForFunction(
          `document.querySelector(".connection")?.textContent.includes("${said}")`,
        )
        return page
      },
    })
  })
}
