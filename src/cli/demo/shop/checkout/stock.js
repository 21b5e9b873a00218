/** Asks the warehouse what is there, and reserves it. */
import { setTimeout as sleep } from 'node:timers/promises'

const answerMs = 4

/** Stands for the warehouse's own service: a few milliseconds an item. */
async function available(sku, count) {
  await sleep(answerMs + (sku % 5))
  return count <= 50
}

export async function reserve(items) {
  const answers = await Promise.all(items.map(({ sku, count }) => available(sku, count)))
  const short = items.filter((_, at) => !answers[at])
  return { reserved: items.length - short.length, short: short.map(({ sku }) => sku) }
}

export function pieces(items) {
  let sum = 0
  for (const { count } of items) sum += count
  return sum
}
