/** Reads one span event from protobuf: an exception, or nothing that is used. */
import { type ExceptionTexts, readExceptionAttribute } from './exception-keys.ts'
import type { Exception } from './telemetry.ts'
import type { Wire } from './wire.ts'

const exceptionName = new TextEncoder().encode('exception')

export function readEvent(wire: Wire, end: number): Exception | null {
  let isException = false
  let atMs = 0
  const texts: ExceptionTexts = ['', '', '']
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 0x09) atMs = wire.timeMs(end)
    else if (tag === 0x12) {
      const to = wire.enter(end)
      isException = to - wire.at === exceptionName.length && startsWith(wire, exceptionName)
      wire.at = to
    } else if (tag === 0x1a) readExceptionAttribute(wire, wire.enter(end), texts)
    else wire.skip(tag, end)
  }
  wire.leave(end)
  if (!isException) return null
  const [type, message, stack] = texts
  return { type, message, stack, atMs }
}

function startsWith(wire: Wire, text: Uint8Array): boolean {
  return text.every((byte, index) => wire.bytes[wire.at + index] === byte)
}
