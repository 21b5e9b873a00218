/**
 * Merges recorded files by their head lines: the earliest first; at the same time deployment events first,
 * then the bytewise smaller line. A file's own order is kept, but for events that stand before their time,
 * and the order of the files plays no part.
 *
 * The arrival of a line is its time, unless most of what follows it in its file is earlier by more than a
 * minute: then a clock ran ahead, and the line arrived when its neighbours did.
 */
import { parseLine, type TimedLine } from './parse-line.ts'
import { readLines } from './read-lines.ts'

export interface ArrivedLine extends TimedLine {
  readonly arrivedMs: number
}

const lookAhead = 16
const aheadMs = 60_000
/** Events of one file that wait for their time: a manifest has at most half a MiB. */
const waitingBytesMax = 64 * 1024 * 1024

export async function* mergeFiles(files: readonly string[]): AsyncGenerator<ArrivedLine> {
  const heads: { line: ArrivedLine; rest: AsyncGenerator<ArrivedLine> }[] = []
  const add = async (rest: AsyncGenerator<ArrivedLine>) => {
    const next = await rest.next()
    if (next.done) return
    const head = { line: next.value, rest }
    let at = heads.length
    while (at > 0 && comesBefore(head.line, heads[at - 1]!.line)) at--
    heads.splice(at, 0, head)
  }
  for (const file of files) await add(arrivals(file))
  for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
    yield head.line
    await add(head.rest)
  }
}

function comesBefore(a: ArrivedLine, b: ArrivedLine): boolean {
  if (a.arrivedMs !== b.arrivedMs) return a.arrivedMs < b.arrivedMs
  const [x, y] = [a.parsed.kind === 'event', b.parsed.kind === 'event']
  return x !== y ? x : Buffer.compare(a.bytes, b.bytes) < 0
}

/**
 * Lines of one file with their arrival. A line without a time arrives with the one before it. An event
 * that stands before its time waits for it, so that no event moves the clock past telemetry to come.
 */
async function* arrivals(file: string): AsyncGenerator<ArrivedLine> {
  const window: TimedLine[] = []
  const waiting = new WaitingEvents()
  let lastMs = Number.NEGATIVE_INFINITY
  function* arrive(line: TimedLine): Generator<ArrivedLine> {
    const { parsed, recordedMs } = line
    if (parsed.kind === 'event' && recordedMs === null && (parsed.timeMs ?? lastMs) > lastMs) {
      yield* waiting.add({ ...line, arrivedMs: parsed.timeMs! })
      return
    }
    lastMs = recordedMs ?? arrivalOf(line, window, lastMs) ?? lastMs
    yield* waiting.due(lastMs)
    yield { ...line, arrivedMs: lastMs }
  }
  for await (const bytes of readLines(file)) {
    window.push(bytes === null ? cutFile : parseLine(bytes))
    if (window.length > lookAhead) yield* arrive(window.shift()!)
  }
  while (window.length > 0) yield* arrive(window.shift()!)
  yield* waiting.due(Number.POSITIVE_INFINITY)
}

const cutFile: TimedLine = {
  bytes: Buffer.alloc(0),
  parsed: { kind: 'refused', timeMs: null, reason: 'cut-file' },
  recordedMs: null,
}

/** Events of one file in the order of their times; beyond a bound the earliest go on at once. */
class WaitingEvents {
  readonly #events: ArrivedLine[] = []
  #bytes = 0;

  *add(event: ArrivedLine): Generator<ArrivedLine> {
    let at = this.#events.length
    while (at > 0 && comesBefore(event, this.#events[at - 1]!)) at--
    this.#events.splice(at, 0, event)
    this.#bytes += event.bytes.length
    while (this.#bytes > waitingBytesMax) yield this.#first()
  }

  *due(atMs: number): Generator<ArrivedLine> {
    while (this.#events.length > 0 && this.#events[0]!.arrivedMs <= atMs) yield this.#first()
  }

  #first(): ArrivedLine {
    const event = this.#events.shift()!
    this.#bytes -= event.bytes.length
    return event
  }
}

function arrivalOf(
  { parsed }: TimedLine,
  following: readonly TimedLine[],
  lastMs: number,
): number | null {
  const { timeMs } = parsed
  if (timeMs === null || parsed.kind !== 'telemetry') return timeMs
  // What is near the line before it did not run ahead, whatever follows.
  if (Math.abs(timeMs - lastMs) <= aheadMs) return timeMs
  const times = following
    .flatMap((line) => (line.parsed.kind === 'telemetry' ? (line.parsed.timeMs ?? []) : []))
    .sort((a, b) => a - b)
  const quarter = times[Math.floor((times.length - 1) / 4)]
  const ranAhead = times.length >= 4 && quarter !== undefined && timeMs - quarter > aheadMs
  return ranAhead ? quarter : timeMs
}
