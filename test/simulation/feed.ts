/**
 * What arrives in a simulated run: a shop in production whose canary fails and goes away, a neighbour that
 * is healthy or ships a bad release of its own right behind, records that do not decode and spans of a
 * clock that runs ahead, all over Kafka; a cart in staging over HTTP. A function of the feed's number
 * alone, so that runs of one feed can be compared.
 */
import type { TopicSpec } from '../../src/ports/event-log.ts'
import type { Topics } from '../../src/processors/topics.ts'
import { topicNames } from '../../src/processors/topics.ts'
import {
  deploymentLine,
  metricLines,
  spanLines,
  type StreamOptions,
  type Version,
} from '../support/otlp-lines.ts'
import { seededRandom } from '../support/random.ts'
import { errorLogs } from './error-logs.ts'

export const topics: Topics = topicNames('culprit.')
export const feedCount = 12
export const startMs = 1_700_000_000_000

export interface Arrival {
  readonly afterMs: number
  /** The body of an HTTP request where no topic is named. */
  readonly to: { readonly topic: string; readonly partition: number } | 'http'
  readonly value: Uint8Array
  /** SERVER spans in it. */
  readonly spans: number
}

export interface Feed {
  readonly number: number
  readonly withLogs: boolean
  readonly topics: readonly TopicSpec[]
  readonly arrivals: readonly Arrival[]
  readonly endMs: number
}

const feedSeconds = 110
const batchSeconds = 2
const aheadMs = 120_000

/** Feeds from `feedCount` on are those before with the logs of their errors. */
export function makeFeed(feed: number): Feed {
  const number = feed % feedCount
  const withLogs = feed >= feedCount
  const random = seededRandom(1_000 + number)
  const below = (count: number) => Math.floor(random() * count)
  const spanPartitions = 1 + below(3)
  const specs = topicSpecs({ spans: spanPartitions, events: 1 + below(3), findings: 1 + below(2) })
  const arrivals: Arrival[] = []
  const spans = (lines: readonly string[], to: (batch: number) => Arrival['to'], aheadMs = 0) => {
    const offsetMs = below(900)
    for (const [batch, { text, count, lastMs }] of batches(lines).entries()) {
      const afterMs = lastMs - startMs - aheadMs + offsetMs + below(400)
      arrivals.push({ afterMs, to: to(batch), value: Buffer.from(text), spans: count })
    }
  }
  const inTurn = (batch: number) => ({ topic: topics.spans, partition: batch % spanPartitions })
  const deployedS = 36 + below(10)
  const goneS = deployedS + 30 + below(10)
  const shop = { startMs, seconds: feedSeconds }
  spans(spanLines({ ...shop, seed: number * 10, versions: canary(deployedS, goneS) }), inTurn)
  const both = number % 4 === 1
  const stockSeed = number * 10 + 1
  const versions = stockVersions(both ? deployedS + 8 : null)
  const stock = { ...shop, seed: stockSeed, service: 'stock', versions }
  if (number % 3 === 2) arrivals.push(...metricArrivals(stock))
  else spans(spanLines(stock), (batch) => inTurn(batch + 1))
  const cart: Version = { version: '7', fromS: 0, toS: feedSeconds, rps: 2, errorRate: 0.02 }
  const inStaging = { service: 'cart', environment: 'staging', versions: [cart] }
  spans(spanLines({ ...shop, ...inStaging, seed: number * 10 + 2 }), () => 'http')
  const ahead: Version = { ...cart, rps: 0.2, aheadMs }
  const skewed = { service: 'skewed', versions: [ahead], seed: number * 10 + 3 }
  spans(spanLines({ ...shop, ...skewed }), inTurn, aheadMs)
  const deployments = { topic: topics.deployments, partition: 0 }
  const deployed = (afterS: number, event: { version: string; service?: string }) =>
    arrivals.push({
      afterMs: afterS * 1_000 + below(900),
      to: deployments,
      value: Buffer.from(
        deploymentLine({ atMs: startMs + afterS * 1_000, id: `d${afterS}`, ...event }),
      ),
      spans: 0,
    })
  deployed(deployedS, { version: '1.1' })
  if (both) deployed(deployedS + 8, { version: '3.1', service: 'stock' })
  if (number % 2 === 0) deployed(deployedS + 5, { version: '3.1', service: 'stock' })
  if (withLogs) {
    const told = arrivals.filter(({ to, spans }) => to !== 'http' && spans > 0)
    for (const { afterMs, value } of told) {
      arrivals.push(...errorLogs(value, { afterMs: afterMs + below(3_000), topic: topics.logs }))
    }
  }
  for (let at = 0; at < 3; at++) {
    const to = { topic: topics.spans, partition: below(spanPartitions) }
    arrivals.push({ afterMs: below(100_000), to, value: Buffer.from('{"no":1'), spans: 0 })
  }
  arrivals.sort((a, b) => a.afterMs - b.afterMs)
  return { number: feed, withLogs, topics: specs, arrivals, endMs: feedSeconds * 1_000 + 2_000 }
}

function canary(deployedS: number, goneS: number): Version[] {
  return [
    { version: '1.0', fromS: 0, toS: feedSeconds, rps: 5, errorRate: 0.01 },
    { version: '1.1', fromS: deployedS, toS: goneS, rps: 5, errorRate: 0.6 },
  ]
}

/** `badS`: when a bad release of it begins. */
function stockVersions(badS: number | null): Version[] {
  const good: Version = { version: '3.0', fromS: 0, toS: feedSeconds, rps: 2, errorRate: 0.02 }
  if (badS === null) return [good]
  return [good, { ...good, version: '3.1', fromS: badS, rps: 4, errorRate: 0.6 }]
}

function metricArrivals(options: StreamOptions): Arrival[] {
  const everyS = 10
  const lines = metricLines({ ...options, everyS, temporality: 'cumulative' })
  return lines.map((line, at) => ({
    afterMs: (at + 1) * everyS * 1_000 + 200,
    to: { topic: topics.metrics, partition: 0 },
    value: Buffer.from(line),
    spans: 0,
  }))
}

/** Several seconds in one request; `lastMs` is when its last span ended. */
function batches(lines: readonly string[]): { text: string; count: number; lastMs: number }[] {
  const made: { text: string; count: number; lastMs: number }[] = []
  for (let at = 0; at < lines.length; at += batchSeconds) {
    const blocks = lines
      .slice(at, at + batchSeconds)
      .flatMap((line) => (JSON.parse(line) as { resourceSpans: Block[] }).resourceSpans)
    const ended = blocks.flatMap(({ scopeSpans }) =>
      scopeSpans[0]!.spans.map(({ endTimeUnixNano }) =>
        Number(BigInt(endTimeUnixNano) / 1_000_000n),
      ),
    )
    const text = JSON.stringify({ resourceSpans: blocks })
    made.push({ text, count: ended.length, lastMs: Math.max(...ended) })
  }
  return made
}

interface Block {
  readonly scopeSpans: readonly { readonly spans: readonly { endTimeUnixNano: string }[] }[]
}

function topicSpecs(partitions: { spans: number; events: number; findings: number }): TopicSpec[] {
  const counts = new Map([
    [topics.spans, partitions.spans],
    [topics.serviceEvents, partitions.events],
    [topics.findings, partitions.findings],
  ])
  // Nothing is ever removed: every check can be made from the whole of what was written.
  return Object.values(topics).map((name) => ({
    name,
    partitions: counts.get(name) ?? 1,
    retention: { kind: 'forever' },
  }))
}
