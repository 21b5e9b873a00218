/** Finds a Chromium of this machine and opens the page in it at the story's moment. No download, no display. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { nowMs } from './story/moment.ts'
import { folder } from './page-server.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome']

export const executablePath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((path) => names.map((name) => join(path, name)))
  .find((path) => existsSync(path))

/** Why the browser tests cannot run here; null when they can. */
export const missing =
  executablePath === undefined
    ? 'no chromium on this machine'
    : existsSync(join(folder, 'index.html'))
      ? null
      : 'the page has not been built'

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] })
}

export const desk = { width: 1440, height: 900 }
export const phone = { width: 380, height: 780 }

export interface Look {
  readonly size: { readonly width: number; readonly height: number }
  readonly theme: 'light' | 'dark'
}

export async function openPage(
  browser: Browser,
  url: string,
  { size, theme }: Look,
): Promise<Page> {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: theme,
    timezoneId: 'Asia/Tokyo',
  })
  const page = await context.newPage()
  await page.clock.install({ time: nowMs })
  await page.goto(url)
  await page.waitForSelector('h1')
  return page
}
