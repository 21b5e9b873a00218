/** The attributes of an exception, in span events and in log records alike (OpenTelemetry conventions). */
import { textOf } from './strings.ts'
import { KeyTable } from './key-table.ts'
import { DecodeFault, type Wire } from './wire.ts'

export const exceptionKeys = new KeyTable([
  'exception.type',
  'exception.message',
  'exception.stacktrace',
])

/** What was read of one: parallel to the keys above, '' for what is not there. */
export type ExceptionTexts = [type: string, message: string, stack: string]

/** Stacks longer than this are cut: Java's run to 10 kB; frames beyond are not used. */
export const stackLengthMax = 64 * 1024

/** Reads one KeyValue; keeps it if it belongs to an exception. */
export function readExceptionAttribute(wire: Wire, end: number, into: ExceptionTexts): boolean {
  let key = -1
  let valueFrom = -1
  let valueTo = -1
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) {
      const to = wire.enter(end)
      key = exceptionKeys.find(wire, wire.at, to)
      wire.at = to
    } else if (tag === 0x12) {
      valueTo = wire.enter(end)
      valueFrom = wire.at
      wire.at = valueTo
    } else wire.skip(tag, end)
  }
  wire.leave(end)
  if (key < 0 || valueFrom < 0) return false
  const back = wire.at
  wire.at = valueFrom
  into[key] = readString(wire, valueTo).slice(0, stackLengthMax)
  wire.at = back
  return true
}

/** An AnyValue that should be a string; '' for another type. */
function readString(wire: Wire, end: number): string {
  let text = ''
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x0a) {
      const to = wire.enter(end)
      text = textOf(wire, wire.at, to)
      wire.at = to
    } else wire.skip(tag, end)
  }
  if (wire.at !== end) throw new DecodeFault('truncated', 'a value ends outside its parent')
  return text
}
