/**
 * Merges recorded files by their head lines: the earliest first; at the same time deployment events first,
 * then the bytewise smaller line. A file's own order is kept, and the order of the files plays no part.
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

/** Lines of one file with their arrival. A line without a time arrives with the one before it. */
async function* arrivals(file: string): AsyncGenerator<ArrivedLine> {
  const window: TimedLine[] = []
  let lastMs = Number.NEGATIVE_INFINITY
  const arrived = (line: TimedLine): ArrivedLine => {
    const arrivedMs = line.recordedMs ?? arrivalOf(line, window) ?? lastMs
    lastMs = arrivedMs
    return { ...line, arrivedMs }
  }
  for await (const bytes of readLines(file)) {
    window.push(parseLine(bytes))
    if (window.length > lookAhead) yield arrived(window.shift()!)
  }
  while (window.length > 0) yield arrived(window.shift()!)
}

function arrivalOf({ parsed }: TimedLine, following: readonly TimedLine[]): number | null {
  const { timeMs } = parsed
  if (timeMs === null || parsed.kind !== 'telemetry') return timeMs
  const times = following
    .flatMap((line) => (line.parsed.kind === 'telemetry' ? (line.parsed.timeMs ?? []) : []))
    .sort((a, b) => a - b)
  const quarter = times[Math.floor((times.length - 1) / 4)]
  const ranAhead = times.length >= 4 && quarter !== undefined && timeMs - quarter > aheadMs
  return ranAhead ? quarter : timeMs
}
