/** The shop's history: it can be made, it is the same each time, and its planted changes are what the stories say. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { ShopRepository } from '../../../src/cli/demo/repository.ts'
import { stories, type Story } from '../../../src/cli/demo/stories.ts'

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

async function make(story: Story) {
  const folder = mkdtempSync(join(tmpdir(), 'culprit-demo-test-'))
  folders.push(folder)
  const repository = new ShopRepository(folder)
  await repository.init()
  const revisions = new Map<string, string>()
  for (const commit of [...story.before, ...story.release]) {
    revisions.set(commit.id, await repository.commit(commit))
  }
  return { repository, revisions, planted: revisions.get(story.planted)! }
}

const git = (repository: ShopRepository, ...args: string[]) =>
  execFileSync('git', args, { cwd: repository.path, encoding: 'utf8' })

const all = Object.values(stories)

describe.each(all)('the history of the story $name', (story) => {
  it('has the same revisions each time it is made', async () => {
    const [one, two] = [await make(story), await make(story)]
    expect(one.revisions).toEqual(two.revisions)
    expect(one.revisions.size).toBeGreaterThanOrEqual(10)
  })

  it('plants a change that is neither the first, nor the last, nor the only one marked', async () => {
    const { repository, planted } = await make(story)
    const at = story.release.findIndex(({ id }) => id === story.planted)
    expect(at).toBeGreaterThan(0)
    expect(at).toBeLessThan(story.release.length - 1)
    const marked = story.release.filter(({ message }) => /^co-authored-by: /im.test(message))
    expect(marked.length).toBeGreaterThan(1)
    expect(git(repository, 'log', '-1', '--format=%b', planted)).toContain('Co-Authored-By: Claude')
  })
})

describe('the planted slip', () => {
  it('of the story errors throws for a currency that was taken before', async () => {
    const { repository, planted } = await make(stories.errors!)
    const cart = { currency: 'SEK', items: [{ sku: 1, count: 2, price: 10 }] }
    const price = async (revision: string) => {
      const path = await repository.checkOut(revision, revision)
      const { priceCart } = await import(join(path, 'checkout/price.js'))
      return priceCart(cart)
    }
    expect(await price(`${planted}^`)).toBe(24)
    await expect(price(planted)).rejects.toThrow(/currencies/)
  })

  it('of the story errors has a Git AI note for every line that it added', async () => {
    const { repository, planted } = await make(stories.errors!)
    const note = git(repository, 'notes', '--ref=ai', 'show', planted)
    const added = git(repository, 'show', '--numstat', '--format=', planted).split('\t')[0]
    const ranges = / (\d[\d,-]*)\n---/
      .exec(note)![1]!
      .split(',')
      .map((range) => {
        const [from, to = from] = range.split('-').map(Number)
        return to! - from! + 1
      })
    expect(ranges.reduce((sum, lines) => sum + lines, 0)).toBe(Number(added))
  })

  it('of the story logic makes totals wrong, and is no error', async () => {
    const { repository, planted } = await make(stories.logic!)
    const cart = {
      currency: 'EUR',
      items: [
        { sku: 1, count: 2, price: 10 },
        { sku: 2, count: 1, price: 5 },
      ],
    }
    const price = async (revision: string) => {
      const path = await repository.checkOut(revision, revision)
      const { priceCart } = await import(join(path, 'checkout/price.js'))
      return priceCart(cart)
    }
    expect(await price(`${planted}^`)).toBe(30)
    expect(await price(planted)).toBe(54)
  })

  it('of the story latency asks for one item after the other', async () => {
    const { repository, planted } = await make(stories.latency!)
    const path = await repository.checkOut('slow', planted)
    const text = readFileSync(join(path, 'checkout/stock.js'), 'utf8')
    expect(text).toMatch(/for \(.*of items\)[\s\S]*await available/)
    expect(text).not.toContain('Promise.all')
  })
})
