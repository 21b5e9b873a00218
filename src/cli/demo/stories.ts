/** What may go wrong in the demo: the change that is planted, and how it is told. */
import {
  currencies,
  harmless,
  harmlessAfter,
  history,
  receipt,
  type ShopCommit,
  substitutes,
} from './commits.ts'

export const storyNames = ['errors', 'latency', 'logic', 'overlap'] as const
export type StoryName = (typeof storyNames)[number]

export interface Story {
  readonly name: StoryName
  readonly before: readonly ShopCommit[]
  readonly release: readonly ShopCommit[]
  readonly planted: string
  readonly slip: string
}

export const stories: Readonly<Partial<Record<StoryName, Story>>> = {
  errors: {
    name: 'errors',
    before: history,
    release: [...harmless, currencies, ...harmlessAfter],
    planted: currencies.id,
    slip: 'its table of currencies leaves out kronor, so orders in SEK fail',
  },
  latency: {
    name: 'latency',
    before: history,
    release: [...harmless, substitutes, ...harmlessAfter],
    planted: substitutes.id,
    slip: 'it asks the warehouse for one item after the other, so orders take long',
  },
  logic: {
    name: 'logic',
    before: history,
    release: [...harmless, receipt, ...harmlessAfter],
    planted: receipt.id,
    slip: 'it multiplies by the pieces twice, so totals are wrong and many orders are held back; nothing fails',
  },
}
