/**
 * The span attributes that Culprit uses, old and new conventions, and where each goes in a `Span`.
 *
 * Where a span carries both (`http/dup`), the new one wins whatever the order: conventions of the same fact have
 * neighbouring ranks and a value of a lower rank never replaces one of a higher.
 * Source: OpenTelemetry semantic conventions 1.45 and 1.11; reference of formats, *Attributes and fallbacks*.
 */
import { KeyTable } from './key-table.ts'
import { OtherValues, type Span } from './telemetry.ts'

type OtherSlot = keyof OtherValues

type Slot =
  | 'method'
  | 'route'
  | 'httpStatus'
  | 'peerService'
  | 'serverAddress'
  | 'errorType'
  | 'statusText'
  | OtherSlot

/** In order of rank inside a slot: the first that is there wins. */
const wanted: readonly (readonly [key: string, slot: Slot])[] = [
  ['http.request.method', 'method'],
  ['http.method', 'method'],
  ['http.route', 'route'],
  ['http.response.status_code', 'httpStatus'],
  ['http.status_code', 'httpStatus'],
  ['rpc.service', 'rpcService'],
  ['rpc.method', 'rpcMethod'],
  ['rpc.status_code', 'rpcStatus'],
  ['rpc.response.status_code', 'rpcStatus'],
  ['rpc.grpc.status_code', 'rpcStatus'],
  ['messaging.operation.name', 'operation'],
  ['messaging.operation.type', 'operation'],
  ['messaging.operation', 'operation'],
  ['messaging.destination.name', 'destination'],
  ['messaging.destination', 'destination'],
  ['messaging.destination.template', 'destinationTemplate'],
  ['service.peer.name', 'peerService'],
  ['peer.service', 'peerService'],
  ['server.address', 'serverAddress'],
  ['net.peer.name', 'serverAddress'],
  ['error.type', 'errorType'],
  ['otel.status_code', 'statusText'],
]

export const spanKeys = new KeyTable(wanted.map(([key]) => key))

const slots = wanted.map(([, slot]) => slot)
const slotNames = [...new Set(slots)]
const slotIds = Uint8Array.from(slots, (slot) => slotNames.indexOf(slot))
const slotCount = slotNames.length
/** Of each slot: turn * 64 + index + 1 of the key whose value it has. Values of earlier turns are none. */
const ranks = new Float64Array(slotCount)
let turn = 0

/** To be called before the values of each span. */
export function startSpanValues(): void {
  turn += 64
}

/** Puts the value of wanted key `index` where it belongs. Numbers come as numbers or as digits. */
export function setSpanValue(span: Span, index: number, value: string | number): void {
  const slotId = slotIds[index]!
  const rank = turn + index + 1
  if (ranks[slotId]! > turn && ranks[slotId]! < rank) return
  ranks[slotId] = rank
  const slot = slots[index]!
  switch (slot) {
    case 'httpStatus':
      span.httpStatus = statusOf(value)
      return
    case 'method':
      span.method = textFrom(value)
      return
    case 'route':
      span.route = textFrom(value)
      return
    case 'serverAddress':
      span.serverAddress = textFrom(value)
      return
    case 'peerService':
      span.peerService = textFrom(value)
      return
    case 'errorType':
      span.errorType = textFrom(value)
      return
    case 'statusText':
      if (span.status === 0 && value === 'ERROR') span.status = 2
      return
    default:
      ;(span.other ??= new OtherValues())[slot] = textFrom(value)
  }
}

function textFrom(value: string | number): string {
  return typeof value === 'string' ? value : String(value)
}

/** An HTTP status code, 0 for what is none. */
export function statusOf(value: unknown): number {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 100 && number < 1000
    ? number
    : 0
}
