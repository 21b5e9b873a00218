/** Whether everyone can use the page: no accessibility fault, by keyboard alone, in greyscale, on the phone. */
import { expect, it } from 'vitest'
import { desk, phone } from './browser.ts'
import { describePage, incidentPath, views } from './describe-page.ts'
import { faults } from './inspect.ts'

describePage(({ show }) => {
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
})
