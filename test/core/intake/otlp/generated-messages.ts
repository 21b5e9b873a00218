/** Arbitrary OTLP messages of each signal, in the JSON form: every kind of value, metric and point. */
import fc from 'fast-check'

const attributeValue = fc.oneof(
  fc.record({ stringValue: fc.string({ maxLength: 20, unit: 'grapheme' }) }),
  fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
  fc.record({
    doubleValue: fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((each) => (each === 0 ? 0 : each)),
  }),
  fc.record({ boolValue: fc.boolean() }),
  fc.record({
    arrayValue: fc.record({
      values: fc.array(fc.record({ stringValue: fc.string({ maxLength: 5 }) }), { maxLength: 3 }),
    }),
  }),
)
const keys = fc.constantFrom(
  'http.route',
  'http.request.method',
  'http.method',
  'http.response.status_code',
  'error.type',
  'peer.service',
  'rpc.method',
  'x',
  'service.name',
  'exception.type',
  'exception.message',
  'exception.stacktrace',
)
const attributes = fc.uniqueArray(fc.record({ key: keys, value: attributeValue }), {
  maxLength: 8,
  selector: ({ key }) => key,
})
const nanos = fc
  .bigInt({ min: 1_795_338_420_000_000_000n, max: 1_795_338_480_000_000_000n })
  .map(String)
const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`))
const span = fc.record({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: fc.option(hex(16), { nil: undefined }),
  name: fc.string({ maxLength: 30 }),
  kind: fc.integer({ min: 0, max: 5 }),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes,
  events: fc.array(
    fc.record({ name: fc.constantFrom('exception', 'other'), timeUnixNano: nanos, attributes }),
    { maxLength: 2 },
  ),
  status: fc.record({ code: fc.integer({ min: 0, max: 2 }) }),
  flags: fc.constant(257),
})
const count = fc.integer({ min: 0, max: 1e6 })
const number = fc.double({ min: 0, max: 1e6, noNaN: true }).map((each) => each + 0)
const common = {
  timeUnixNano: nanos,
  startTimeUnixNano: nanos,
  attributes,
  flags: fc.constantFrom(0, 1),
}
const metric = fc.oneof(
  fc.record({
    name: fc.constant('g'),
    unit: fc.constant('By'),
    gauge: fc.record({
      dataPoints: fc.array(fc.record({ ...common, asDouble: number }), { maxLength: 3 }),
    }),
  }),
  fc.record({
    name: fc.constant('s'),
    sum: fc.record({
      aggregationTemporality: fc.constant(2),
      isMonotonic: fc.boolean(),
      dataPoints: fc.array(fc.record({ ...common, asInt: count.map(String) }), { maxLength: 3 }),
    }),
  }),
  fc.record({
    name: fc.constant('h'),
    histogram: fc.record({
      aggregationTemporality: fc.constant(1),
      dataPoints: fc.array(
        fc.record({
          ...common,
          count: count.map(String),
          sum: number,
          bucketCounts: fc.array(count.map(String), { minLength: 3, maxLength: 4 }),
          explicitBounds: fc.constant([0.1, 1]),
        }),
        { maxLength: 3 },
      ),
    }),
  }),
  fc.record({
    name: fc.constant('e'),
    exponentialHistogram: fc.record({
      aggregationTemporality: fc.constant(1),
      dataPoints: fc.array(
        fc.record({
          ...common,
          count: count.map(String),
          sum: number,
          scale: fc.integer({ min: -12, max: 20 }),
          zeroCount: count.map(String),
          positive: fc.record({
            offset: fc.integer({ min: -5000, max: 5000 }),
            bucketCounts: fc.array(count.map(String), { maxLength: 5 }),
          }),
        }),
        { maxLength: 3 },
      ),
    }),
  }),
  fc.record({
    name: fc.constant('q'),
    summary: fc.record({
      dataPoints: fc.array(fc.record({ ...common, count: count.map(String), sum: number }), {
        maxLength: 3,
      }),
    }),
  }),
)
const log = fc.record({
  timeUnixNano: nanos,
  observedTimeUnixNano: nanos,
  traceId: hex(32),
  attributes,
  body: fc.record({ stringValue: fc.string() }),
})
const resource = fc.record({ attributes })
/** By signal. */
export const messages = {
  traces: fc.record({
    resourceSpans: fc.array(
      fc.record({
        resource,
        scopeSpans: fc.array(fc.record({ spans: fc.array(span, { maxLength: 4 }) }), {
          maxLength: 2,
        }),
      }),
      { maxLength: 2 },
    ),
  }),
  metrics: fc.record({
    resourceMetrics: fc.array(
      fc.record({
        resource,
        scopeMetrics: fc.array(
          fc.record({
            scope: fc.record({ name: fc.string() }),
            metrics: fc.array(metric, { maxLength: 4 }),
          }),
          { maxLength: 2 },
        ),
      }),
      { maxLength: 2 },
    ),
  }),
  logs: fc.record({
    resourceLogs: fc.array(
      fc.record({
        resource,
        scopeLogs: fc.array(fc.record({ logRecords: fc.array(log, { maxLength: 4 }) }), {
          maxLength: 2,
        }),
      }),
      { maxLength: 2 },
    ),
  }),
}
