/** The page in Chromium: what it must show, how it behaves live, by keyboard and on the phone. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { desk, launch, missing, openPage, phone, type Look } from './browser.ts'
import { incident, namings } from './story/incidents.ts'
import { at, nowMs } from './story/moment.ts'
import { checkout, releases } from './story/releases.ts'
import { faults } from './inspect.ts'
import { PageServer } from './page-server.ts'

const incidentPath = `/incidents/${incident.id}`
const releasePath = `/releases/${checkout.id}`
/** A busy machine draws late; what is awaited here is said by no clock. */
const patience = { timeout: 20_000 }
const views = ['/', '/releases', releasePath, '/incidents', incidentPath]

describe.skipIf(missing !== null)(
  `the page in Chromium${missing === null ? '' : ` (${missing})`}`,
  () => {
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

    async function show(path: string, look: Look = { size: desk, theme: 'light' }): Promise<Page> {
      const page = await openPage(browser, url + path, look)
      open.push(page)
      if (path === incidentPath) await page.waitForSelector('.main-chart canvas')
      await page.waitForFunction(
        'document.querySelector(".connection")?.textContent.includes("old")',
      )
      return page
    }

    /** Whether a text is painted inside the first screen. */
    async function inView(page: Page, text: string): Promise<boolean> {
      const size = page.viewportSize()!
      const boxes = await Promise.all(
        (await page.getByText(text).all()).map(async (each) =>
          (await each.isVisible()) ? each.boundingBox() : null,
        ),
      )
      return boxes.some(
        (box) =>
          box !== null &&
          box.y >= 0 &&
          box.y + box.height <= size.height &&
          box.x + box.width <= size.width + 1,
      )
    }

    const answers = ['3.1 %', '#812', '91 %', '1.41.3']

    it.each(answers)('shows %s on the first screen of the overview', async (text) => {
      expect(await inView(await show('/'), text)).toBe(true)
    })

    it.each(answers)('shows %s on the first phone screen of the incident', async (text) => {
      expect(await inView(await show(incidentPath, { size: phone, theme: 'light' }), text)).toBe(
        true,
      )
    })

    it('has the cause and its chance within the first 700 px of the phone', async () => {
      const page = await show(incidentPath, { size: phone, theme: 'light' })
      for (const part of ['.sure', '.named .answer']) {
        const box = (await page.locator(part).boundingBox())!
        expect(box.y + box.height).toBeLessThanOrEqual(700)
      }
    })

    it('shows bits that sum to the shown total of every suspect', async () => {
      const page = await show(incidentPath)
      const rows = await page
        .locator('.waterfall tbody tr')
        .evaluateAll((list) =>
          list.map((row) =>
            Array.from(
              row.querySelectorAll('.figure'),
              (cell) => (cell as { textContent: string | null }).textContent ?? '',
            ),
          ),
        )
      const value = (text: string) =>
        text === '–' ? 0 : Number(text.replace('−', '-').replace('+', ''))
      const [total, facts] = [rows.at(-2)!, rows.slice(0, -2)]
      total.forEach((shown, column) => {
        expect(facts.reduce((sum, row) => sum + value(row[column]!), 0)).toBeCloseTo(
          value(shown),
          6,
        )
      })
    })

    it('shows chances that add up to 100, give or take one', async () => {
      const page = await show(incidentPath)
      const shown = await page.locator('.chances-list strong').allTextContents()
      const sum = shown.reduce(
        (total, text) => total + (text.startsWith('<') ? 0 : parseInt(text)),
        0,
      )
      expect(Math.abs(sum - 100)).toBeLessThanOrEqual(1)
    })

    it('gives every verdict a word and a shape of its own in greyscale', async () => {
      const page = await show('/')
      const words = await page.locator('.releases .verdict').allTextContents()
      expect(new Set(words)).toEqual(
        new Set([
          'Regressed',
          'Suspicious',
          'Watching',
          'External cause',
          'Unjoined',
          'Inconclusive',
          'Transient',
          'Recovered',
          'Cleared',
        ]),
      )
      await page.addStyleTag({ content: '* { color: #555 !important }' })
      const shapes = new Set<string>()
      const seen = new Set<string>()
      for (const [i, icon] of (await page.locator('.releases .verdict .icon').all()).entries()) {
        if (seen.has(words[i]!)) continue
        seen.add(words[i]!)
        shapes.add((await icon.screenshot()).toString('base64'))
      }
      expect(shapes.size).toBe(9)
    })

    for (const theme of ['light', 'dark'] as const) {
      it.each(views)(`has no accessibility fault in the ${theme} theme on %s`, async (path) => {
        expect(await faults(await show(path, { size: desk, theme }))).toEqual([])
      })
    }

    it('would find a fault if there were one', async () => {
      const page = await show('/')
      await page.evaluate(`document.querySelector('main').insertAdjacentHTML('beforeend',
      '<button></button><svg></svg><table></table><h1 style="color: #999">pale</h1>')`)
      const found = (await faults(page)).join('\n')
      for (const fault of [
        'no name',
        'a picture without words',
        'not one h1',
        'without heads',
        'contrast',
      ])
        expect(found).toContain(fault)
    })

    it('never calls an unknown change human', async () => {
      const page = await show(releasePath)
      const chips = await page.locator('.p-unknown').allTextContents()
      expect(chips.length).toBeGreaterThan(0)
      for (const chip of chips) expect(chip).not.toMatch(/human/i)
    })

    it.each(views)('names people only under “People who know it” on %s', async (path) => {
      const page = await show(path)
      const text = await page.locator('main').innerText()
      const named = text.indexOf('Dana Okafor')
      if (path !== incidentPath) expect(named).toBe(-1)
      else expect(text.slice(0, named).trimEnd().endsWith('People who know it')).toBe(true)
    })

    it('shifts nothing in view when a record comes', async () => {
      const page = await show('/')
      await page.evaluate(`window.shifted = 0; new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shifted += entry.value
    }).observe({ type: 'layout-shift', buffered: false })`)
      const before = await page.locator('.panel').first().boundingBox()
      server.send('incident', {
        ...namings[0],
        id: 'inc_00000000000000aa',
        state: 'open',
        resolution: null,
        openedAt: at('09:11:05'),
      })
      server.send('release', {
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
      const page = await show('/')
      await page.locator('.incident-card').hover()
      const worse = structuredClone(incident)
      worse.revision = 4
      worse.regressions[0]!.signals[0]!.observed = { events: 600, exposure: 6030 }
      server.send('incident', worse)
      await expect
        .poll(async () => {
          await page.clock.runFor(1_100)
          return page.locator('.waiting').allTextContents()
        }, patience)
        .toEqual(['Paused, 1 waiting'])
      expect(await page.locator('.incident-card').innerText()).toContain('3.1 %')
      await page.mouse.move(5, 400)
      await page.clock.runFor(200)
      await expect
        .poll(() => page.locator('.incident-card').innerText(), patience)
        .toContain('10 %')
      expect(await page.locator('.incident-card .fresh').count()).toBeGreaterThan(0)
    })

    it('says so within 5 s when the stream is cut, and resumes where it was', async () => {
      const page = await show('/')
      server.send('release', { ...checkout, recordRevision: 2 })
      await page.clock.runFor(1_500)
      server.refuseStream = true
      server.cut()
      await page.waitForSelector('text=/Not connected since .*trying again/', { timeout: 5_000 })
      server.refuseStream = false
      await expect
        .poll(async () => {
          await page.clock.runFor(2_500)
          return page.locator('.connection').innerText()
        }, patience)
        .toMatch(/old/)
      expect(server.lastEventIds.at(-1)).toBe('t-1')
      expect(await page.locator('.releases a', { hasText: 'checkout 1.42.0' }).count()).toBe(1)
    })

    it('turns to the past and says how old the data is when it is stale', async () => {
      server.records.services = [
        {
          service: 'production/shop/checkout',
          lastSeenAt: new Date(nowMs - 240_000).toISOString(),
          versions: [],
          instances: 0,
          sources: [],
        },
      ]
      const page = await show(incidentPath)
      expect(await page.locator('.connection').innerText()).toBe('Data is 4 min old')
      expect((await page.locator('h1').innerText()).replaceAll('\u00a0', ' ')).toContain(
        'of POST /orders failed',
      )
    })

    it('has the chart’s figures in its table', async () => {
      const page = await show(incidentPath)
      await page.keyboard.press('t')
      const rows = page.locator('.points tbody tr')
      await rows.first().waitFor()
      expect(await rows.count()).toBeGreaterThan(30)
      expect(page.url()).toContain('show=table')
      const texts = await rows.allInnerTexts()
      expect(texts.some((text) => /^09:07:00\t0\.\d+ %\t4\.3 %$/.test(text.trim()))).toBe(true)
      expect(texts.some((text) => text.includes('no data'))).toBe(true)
    })

    it('is reached and left by keyboard alone', async () => {
      const page = await show('/')
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.textContent')).toContain('Skip')
      await page.keyboard.press('j')
      await page.keyboard.press('Enter')
      await page.waitForURL(`**${incidentPath}`)
      await page.keyboard.press('g')
      await page.keyboard.press('r')
      await page.waitForURL('**/releases')
      await page.keyboard.press('?')
      await page.locator('dialog').waitFor({ state: 'visible' })
      await page.keyboard.press('Escape')
      await page.locator('dialog').waitFor({ state: 'hidden' })
    })

    it('shows where the focus is', async () => {
      const page = await show('/')
      for (let i = 0; i < 8; i++) {
        await page.keyboard.press('Tab')
        const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
        expect(outline).not.toBe('none')
      }
    })

    it.each(views)('fits 380 px on %s, with targets of 44 px', async (path) => {
      const page = await show(path, { size: phone, theme: 'light' })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(380)
      const small = await page
        .locator('header a, header button, header select, .button')
        .evaluateAll((list) =>
          list
            .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 44)
            .map((each) => each.textContent),
        )
      expect(small).toEqual([])
    })

    it('asks nobody but its own origin', async () => {
      const page = await show(incidentPath)
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await page.reload()
      await page.waitForSelector('.main-chart canvas')
      const hosts = asked
        .filter((name) => !name.startsWith('data:'))
        .map((name) => new URL(name).origin)
      expect(new Set(hosts)).toEqual(new Set([url]))
    })

    it('shows scripts in records as text', async () => {
      const page = await show('/')
      expect(await page.locator('.releases').innerText()).toContain('<script>alert(1)</script>')
      expect(await page.locator('main script').count()).toBe(0)
    })

    it.each(namings.map((each) => [each.naming.kind, each] as const))(
      'shows the naming %s',
      async (_kind, each) => {
        const page = await show(`/incidents/${each.id}`)
        expect(await page.locator('.named .answer').innerText()).not.toBe('')
      },
    )

    it('says what to do when there is nothing yet', async () => {
      server.records = {
        releases: [],
        incidents: [],
        services: [
          {
            service: 'production/-/a',
            lastSeenAt: new Date(nowMs).toISOString(),
            versions: [],
            instances: 1,
            sources: [],
          },
        ],
      }
      const page = await show('/')
      expect(await page.locator('.empty').innerText()).toContain(
        'No release yet. Culprit sees 1 service.',
      )
    })

    it('says in the tab’s title what is open', async () => {
      expect(await (await show('/')).title()).toBe('(1) checkout 1.42.0 regressed')
    })
  },
)
