/** What the page says: the cause on the first screen, figures that add up, and words for every state. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { phone } from './browser.ts'
import { describePage, incidentPath, releasePath, views } from './describe-page.ts'
import { namings } from './story/incidents.ts'
import { nowMs } from './story/moment.ts'

describePage((inUse) => {
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
    expect(await inView(await inUse.show('/'), text)).toBe(true)
  })

  it.each(answers)('shows %s on the first phone screen of the incident', async (text) => {
    expect(
      await inView(await inUse.show(incidentPath, { size: phone, theme: 'light' }), text),
    ).toBe(true)
  })

  it('has the cause and its chance within the first 700 px of the phone', async () => {
    const page = await inUse.show(incidentPath, { size: phone, theme: 'light' })
    for (const part of ['.sure', '.named .answer']) {
      const box = (await page.locator(part).boundingBox())!
      expect(box.y + box.height).toBeLessThanOrEqual(700)
    }
  })

  it('shows bits that sum to the shown total of every suspect', async () => {
    const page = await inUse.show(incidentPath)
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
      expect(facts.reduce((sum, row) => sum + value(row[column]!), 0)).toBeCloseTo(value(shown), 6)
    })
  })

  it('shows chances that add up to 100, give or take one', async () => {
    const page = await inUse.show(incidentPath)
    const shown = await page.locator('.chances-list strong').allTextContents()
    const sum = shown.reduce(
      (total, text) => total + (text.startsWith('<') ? 0 : parseInt(text)),
      0,
    )
    expect(Math.abs(sum - 100)).toBeLessThanOrEqual(1)
  })

  it('has the chart’s figures in its table', async () => {
    const page = await inUse.show(incidentPath)
    await page.keyboard.press('t')
    const rows = page.locator('.points tbody tr')
    await rows.first().waitFor()
    expect(await rows.count()).toBeGreaterThan(30)
    expect(page.url()).toContain('show=table')
    const texts = await rows.allInnerTexts()
    expect(texts.some((text) => /^09:07:00\t0\.\d+ %\t4\.3 %$/.test(text.trim()))).toBe(true)
    expect(texts.some((text) => text.includes('no data'))).toBe(true)
  })

  it('never calls an unknown change human', async () => {
    const page = await inUse.show(releasePath)
    const chips = await page.locator('.p-unknown').allTextContents()
    expect(chips.length).toBeGreaterThan(0)
    for (const chip of chips) expect(chip).not.toMatch(/human/i)
  })

  it.each(views)('names people only under “People who know it” on %s', async (path) => {
    const page = await inUse.show(path)
    const text = await page.locator('main').innerText()
    const named = text.indexOf('Dana Okafor')
    if (path !== incidentPath) expect(named).toBe(-1)
    else expect(text.slice(0, named).trimEnd().endsWith('People who know it')).toBe(true)
  })

  it.each(namings.map((each) => [each.naming.kind, each] as const))(
    'shows the naming %s',
    async (_kind, each) => {
      const page = await inUse.show(`/incidents/${each.id}`)
      expect(await page.locator('.named .answer').innerText()).not.toBe('')
    },
  )

  it('says what to do when there is nothing yet', async () => {
    inUse.server.records = {
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
    const page = await inUse.show('/')
    expect(await page.locator('.empty').innerText()).toContain(
      'No release yet. Culprit sees 1 service.',
    )
  })

  it('claims no health before the first telemetry, and says where to send it', async () => {
    inUse.server.records = { releases: [], incidents: [], services: [] }
    const page = await inUse.show('/')
    await page.waitForSelector('.empty code')
    const text = await page.locator('#main').innerText()
    expect(text).toContain('No telemetry of production has arrived yet.')
    expect(text).toContain('http://127.0.0.1:14318')
    expect(text).not.toContain('No release made production worse')
    expect(await page.locator('.foot').innerText()).not.toContain('joined')
  })

  it('says in the tab’s title what is open', async () => {
    expect(await (await inUse.show('/')).title()).toBe('(1) checkout 1.42.0 regressed')
  })
})
