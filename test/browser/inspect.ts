/**
 * Accessibility checks that run inside the page: names, landmarks, headings, tables, contrast of all text as
 * painted. Plain DOM, by WCAG 2.2 (1.1.1, 1.3.1, 1.4.3, 2.4.6, 4.1.2).
 */
import type { Page } from 'playwright-core'

export async function faults(page: Page): Promise<string[]> {
  return page.evaluate(`(${inPage.toString()})()`) as Promise<string[]>
}

/** What the inspection uses of the DOM, whose own types belong to the page's code alone. */
interface Element {
  readonly id: string
  readonly tagName: string
  readonly namespaceURI: string
  readonly outerHTML: string
  readonly textContent: string
  readonly parentElement: Element | null
  /** Of form controls alone. */
  readonly labels?: ArrayLike<Element> | null
  checkVisibility(options: { visibilityProperty: boolean }): boolean
  getClientRects(): ArrayLike<unknown>
  getAttribute(name: string): string | null
  closest(selector: string): Element | null
  querySelectorAll(selector: string): ArrayLike<Element> & Iterable<Element>
}

interface TextNode {
  readonly textContent: string
  readonly parentElement: Element
}

interface Paint {
  fillStyle: string
  clearRect(x: number, y: number, width: number, height: number): void
  fillRect(x: number, y: number, width: number, height: number): void
  getImageData(
    x: number,
    y: number,
    width: number,
    height: number,
  ): { readonly data: Iterable<number> }
}

interface Document extends Pick<Element, 'querySelectorAll'> {
  readonly body: Element
  readonly documentElement: { readonly lang: string }
  createElement(tag: 'canvas'): {
    getContext(kind: '2d', options: { willReadFrequently: boolean }): Paint
  }
  createTreeWalker(root: Element, show: number): { nextNode(): unknown; currentNode: TextNode }
}

interface Window {
  readonly document: Document
  getComputedStyle(element: Element): Record<'backgroundColor' | 'color' | 'fill', string>
}

/** Written for the page: it may use nothing of this file but its types. */
function inPage(): string[] {
  const g = globalThis as unknown as Window
  const doc = g.document
  const found: string[] = []
  const visible = (element: Element) =>
    element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0
  const nameOf = (element: Element) =>
    (
      element.getAttribute('aria-label') ??
      (element.labels?.[0]?.textContent || element.textContent)
    ).trim()
  for (const element of doc.querySelectorAll('a, button, select, input, summary')) {
    if (visible(element) && nameOf(element) === '')
      found.push('no name: ' + element.outerHTML.slice(0, 120))
  }
  for (const picture of doc.querySelectorAll('svg, canvas, img')) {
    const hidden = picture.closest('[aria-hidden="true"]')
    const labelled = picture.closest('[role="img"][aria-label]')
    if (!hidden && !labelled)
      found.push('a picture without words: ' + picture.outerHTML.slice(0, 120))
  }
  for (const landmark of ['header', 'nav', 'main', 'footer']) {
    if (doc.querySelectorAll(landmark).length !== 1) found.push('not one ' + landmark)
  }
  let level = 0
  for (const heading of doc.querySelectorAll('main :is(h1, h2, h3)')) {
    const own = Number(heading.tagName[1])
    if (own > level + 1) found.push('heading skips: ' + heading.textContent)
    level = own
  }
  if (doc.querySelectorAll('h1').length !== 1) found.push('not one h1')
  for (const table of doc.querySelectorAll('table')) {
    if (table.querySelectorAll('thead th[scope="col"]').length === 0)
      found.push('a table without heads')
  }
  const ids = [...doc.querySelectorAll('[id]')].map((element) => element.id)
  if (new Set(ids).size !== ids.length) found.push('an id twice')
  if (!doc.documentElement.lang) found.push('no language')

  const canvas = doc.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgba = (color: string) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const luminance = (color: number[]) => {
    const [r, green, b] = color.slice(0, 3).map((part) => {
      const share = part / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r! + 0.7152 * green! + 0.0722 * b!
  }
  const behind = (element: Element): number[] => {
    for (let at: Element | null = element; at; at = at.parentElement) {
      const color = rgba(g.getComputedStyle(at).backgroundColor)
      if (color[3]! > 250) return color
    }
    return rgba('white')
  }
  const walker = doc.createTreeWalker(doc.body, 4)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    if (
      !walker.currentNode.textContent.trim() ||
      !visible(element) ||
      element.closest('script, noscript')
    )
      continue
    const style = g.getComputedStyle(element)
    const svg = element.namespaceURI.endsWith('svg')
    const [a, b] = [luminance(rgba(svg ? style.fill : style.color)), luminance(behind(element))]
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (ratio < 4.5)
      found.push(
        'contrast ' + ratio.toFixed(2) + ': ' + walker.currentNode.textContent.slice(0, 40),
      )
  }
  return found
}
