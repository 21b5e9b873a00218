/**
 * Reads single values of OTLP's JSON (formats: lowerCamelCase, 64-bit integers as strings or numbers, ids in hex).
 *
 * A missing member and null are the default, as in protobuf's JSON mapping. What is of the wrong type throws
 * `DecodeFault`; the readers decide whether that costs one span or point, or the message.
 */
import { depthMax, hexOf } from './attributes.ts'
import type { AttributeValue } from './telemetry.ts'
import { DecodeFault } from './wire.ts'

export type Json = Readonly<Record<string, unknown>>

export function objectOf(value: unknown, what: string): Json {
  if (value === undefined || value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as Json
  throw new DecodeFault('wrong-type', `${what} is no object`)
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  throw new DecodeFault('wrong-type', `${what} is no list`)
}

export function textValue(value: unknown, what: string): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  throw new DecodeFault('wrong-type', `${what} is no string`)
}

/** A number, its digits, or the words NaN and Infinity (which the checks after reading refuse). */
export function numberValue(value: unknown, what: string): number {
  if (value === undefined || value === null) return 0
  if (typeof value === 'number') return value
  if (typeof value === 'string') {
    if (value === 'NaN') return Number.NaN
    const number = Number(value)
    if (value.trim() !== '' && !Number.isNaN(number)) return number
  }
  throw new DecodeFault('wrong-type', `${what} is no number`)
}

export function optionalNumber(value: unknown, what: string): number | null {
  return value === undefined || value === null ? null : numberValue(value, what)
}

/** Enums are integers; their names come from senders that use protobuf's own JSON mapping. */
export function enumValue(value: unknown, names: readonly string[], what: string): number {
  if (typeof value !== 'string') return numberValue(value, what)
  const index = names.indexOf(value)
  return index >= 0 ? index : numberValue(value, what)
}

export interface Time {
  readonly ms: number
  readonly nanosOver: number
}

const noTime: Time = { ms: 0, nanosOver: 0 }

/** Nanoseconds since the epoch as milliseconds, rounded down, and what is over. Digits are exact. */
export function timeValue(value: unknown, what: string): Time {
  if (value === undefined || value === null || value === '' || value === 0) return noTime
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) {
    if (value.length <= 6) return { ms: 0, nanosOver: Number(value) }
    return { ms: Number(value.slice(0, -6)), nanosOver: Number(value.slice(-6)) }
  }
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) {
    const ms = Math.floor(value / 1e6)
    return { ms, nanosOver: Math.max(0, value - ms * 1e6) }
  }
  throw new DecodeFault('wrong-type', `${what} is no time`)
}

/** Words of 4 bytes of an id in hex; zeros for what is none (protobuf's rule for a wrong length too). */
export function wordsOf(value: unknown, count: 2 | 4): number[] {
  const words = Array.from({ length: count }, () => 0)
  if (typeof value !== 'string' || value.length !== count * 8) return words
  if (!/^[0-9a-fA-F]+$/.test(value)) return words
  return words.map((_, index) => Number.parseInt(value.slice(index * 8, index * 8 + 8), 16) | 0)
}

export function attributesOf(value: unknown, into: Map<string, AttributeValue>): void {
  for (const each of listOf(value, 'attributes')) {
    const pair = objectOf(each, 'an attribute')
    const key = textValue(pair['key'], 'key')
    if (key !== '') into.set(key, anyValue(pair['value'], 0))
  }
}

export function anyValue(value: unknown, depth: number): AttributeValue {
  if (depth > depthMax) throw new DecodeFault('too-deep', `values nest more than ${depthMax} deep`)
  const any = objectOf(value, 'value')
  if (any['stringValue'] !== undefined) return textValue(any['stringValue'], 'stringValue')
  if (any['intValue'] !== undefined) return integerOf(any['intValue'])
  if (any['doubleValue'] !== undefined) return numberValue(any['doubleValue'], 'doubleValue')
  if (any['boolValue'] !== undefined) return any['boolValue'] === true
  if (any['bytesValue'] !== undefined) return bytesOf(any['bytesValue'])
  if (any['arrayValue'] !== undefined) {
    const { values } = objectOf(any['arrayValue'], 'arrayValue')
    return listOf(values, 'values').map((each) => anyValue(each, depth + 1))
  }
  if (any['kvlistValue'] !== undefined) {
    const { values } = objectOf(any['kvlistValue'], 'kvlistValue')
    return listOf(values, 'values').map((each) => {
      const pair = objectOf(each, 'a pair')
      return [textValue(pair['key'], 'key'), anyValue(pair['value'], depth + 1)]
    })
  }
  return null
}

/** An int64: an integer, or its decimal digits where a double would not hold it. */
export function integerOf(value: unknown): number | string {
  const number = numberValue(value, 'intValue')
  if (Number.isSafeInteger(number) || typeof value === 'number') return number
  return String(value)
}

function bytesOf(value: unknown): string {
  try {
    return hexOf(
      Uint8Array.from(atob(textValue(value, 'bytesValue')), (each) => each.charCodeAt(0)),
    )
  } catch {
    throw new DecodeFault('wrong-type', 'bytesValue is not base64')
  }
}
