/** One seed: its run, what of the invariants did not hold, and what was done when. */
import { type Feed, feedCount, makeFeed } from './feed.ts'
import { type Divergence, divergences } from './invariants.ts'
import { calmPlan, describePlan, type Plan, planOf } from './plan.ts'
import { type Plant, plants } from './plants.ts'
import { type Told, toldBy } from './told.ts'
import { simulate } from './world.ts'

export interface SeedResult {
  readonly seed: number
  readonly divergences: readonly Divergence[]
  readonly schedule: readonly string[]
}

/** Keeps feeds and undisturbed runs: both belong to the feed alone. */
export class SeedRunner {
  readonly #plant: (() => Plant) | null
  readonly #feeds = new Map<number, Feed>()
  readonly #calm = new Map<number, Told>()

  constructor(plant: keyof typeof plants | (() => Plant) | null = null) {
    this.#plant = plant === null || typeof plant === 'function' ? plant : plants[plant]
  }

  run(seed: number): Promise<SeedResult> {
    return this.runPlan(planOf(seed))
  }

  /** The same on the same feed with the logs of its errors beside. */
  runWithLogs(seed: number): Promise<SeedResult> {
    const plan = planOf(seed)
    return this.runPlan({ ...plan, feed: plan.feed + feedCount })
  }

  /** The undisturbed run of a feed, checked like any other: a planted bug must not show in it. */
  runCalm(feed: number): Promise<SeedResult> {
    return this.runPlan(calmPlan(feed))
  }

  async runPlan(plan: Plan): Promise<SeedResult> {
    const feed = this.#feed(plan.feed)
    const calm = await this.#calmTold(plan.feed)
    const plant = this.#plant?.() ?? null
    const outcome = await simulate(plan, feed, plant)
    return {
      seed: plan.seed,
      divergences: divergences(outcome, calm, plant?.skips ?? []),
      schedule: [...describePlan(plan), ...outcome.diary],
    }
  }

  #feed(number: number): Feed {
    const feed = this.#feeds.get(number) ?? makeFeed(number)
    this.#feeds.set(number, feed)
    return feed
  }

  async #calmTold(number: number): Promise<Told> {
    let told = this.#calm.get(number)
    if (told === undefined) {
      const outcome = await simulate(calmPlan(number), this.#feed(number), this.#plant?.() ?? null)
      told = toldBy(outcome.topics)
      this.#calm.set(number, told)
    }
    return told
  }
}
