/** The attributes of OTLP JSON from a record; what is null or left out has none. */
export type Value = string | number | boolean | readonly string[]
export type Values = Readonly<Record<string, Value | null | undefined>>

/** Integers are numbers, as some SDKs write them, or digits (`String`), as the format has it. */
export function attributes(
  values: Values,
  integer: (value: number) => number | string = (value) => value,
) {
  return Object.entries(values).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value: anyValue(value, integer) }],
  )
}

function anyValue(value: Value, integer: (value: number) => number | string) {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { intValue: integer(value) } : { doubleValue: value }
  }
  return { arrayValue: { values: value.map((each) => ({ stringValue: each })) } }
}
