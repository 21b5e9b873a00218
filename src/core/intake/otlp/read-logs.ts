/**
 * Reads LogsData (= ExportLogsServiceRequest) from protobuf: records with an exception are kept, others only count.
 *
 * A record counts at its time, else at its observed time.
 */
import { type ExceptionTexts, readExceptionAttribute } from './exception-keys.ts'
import { noAttributes, readResource } from './resources.ts'
import {
  type Attributes,
  type ExceptionLog,
  refuse,
  type Refusals,
  type ResourceLogs,
} from './telemetry.ts'
import type { Wire } from './wire.ts'

interface Block {
  resource: Attributes
  readonly exceptions: ExceptionLog[]
  readonly quietTimesMs: number[]
  readonly refused: Refusals
}

export function readLogs(wire: Wire): ResourceLogs[] {
  const end = wire.bytes.length
  const blocks: ResourceLogs[] = []
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) blocks.push(readResourceLogs(wire, wire.enter(end)))
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return blocks
}

function readResourceLogs(wire: Wire, end: number): ResourceLogs {
  const block: Block = {
    resource: noAttributes,
    exceptions: [],
    quietTimesMs: [],
    refused: new Map(),
  }
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) block.resource = readResource(wire, wire.enter(end))
    else if (tag === 0x12) readScopeLogs(wire, wire.enter(end), block)
    else wire.skip(tag, end)
  }
  wire.leave(end)
  return block
}

function readScopeLogs(wire: Wire, end: number, block: Block): void {
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x12) readRecord(wire, wire.enter(end), block)
    else wire.skip(tag, end)
  }
  wire.leave(end)
}

function readRecord(wire: Wire, end: number, block: Block): void {
  let timeMs = 0
  let observedMs = 0
  let traceAt = -1
  let texts: ExceptionTexts | null = null
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x09) timeMs = wire.timeMs(end)
    else if (tag === 0x59) observedMs = wire.timeMs(end)
    else if (tag === 0x4a) {
      const to = wire.enter(end)
      traceAt = to - wire.at === 16 ? wire.at : -1
      wire.at = to
    } else if (tag === 0x32) {
      const read: ExceptionTexts = texts ?? ['', '', '']
      if (readExceptionAttribute(wire, wire.enter(end), read)) texts = read
    } else wire.skip(tag, end)
  }
  wire.leave(end)

  const atMs = timeMs === 0 ? observedMs : timeMs
  if (atMs === 0) return refuse(block.refused, 'no-time')
  if (texts === null || (texts[0] === '' && texts[2] === '')) {
    block.quietTimesMs.push(atMs)
    return
  }
  const [type, message, stack] = texts
  const word = (index: number) => (traceAt < 0 ? 0 : wire.word(traceAt + 4 * index))
  block.exceptions.push({
    type,
    message,
    stack,
    atMs,
    trace0: word(0),
    trace1: word(1),
    trace2: word(2),
    trace3: word(3),
  })
}
