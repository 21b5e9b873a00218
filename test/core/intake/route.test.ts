import { describe, expect, it } from 'vitest'
import type { AttributeValue } from '../../../src/core/intake/otlp/telemetry.ts'
import { OtherValues, Span } from '../../../src/core/intake/otlp/telemetry.ts'
import { normaliseName, pointRoute, spanRoute } from '../../../src/core/intake/route.ts'

const span = ({
  other,
  ...values
}: Partial<Omit<Span, 'other'>> & { other?: Partial<OtherValues> }) =>
  Object.assign(new Span(), values, other && { other: Object.assign(new OtherValues(), other) })

describe('the route of a span', () => {
  it.each([
    { values: { method: 'POST', route: '/orders', name: 'x' }, route: 'POST /orders', why: 'HTTP' },
    {
      values: { method: 'GET', name: 'GET /nope/1' },
      route: 'GET',
      why: 'without a route the method alone, never the name',
    },
    {
      values: { name: 'pay', other: { rpcService: 'shop.Pay', rpcMethod: 'Charge' } },
      route: 'shop.Pay/Charge',
      why: 'RPC, old',
    },
    {
      values: { other: { rpcMethod: 'shop.Pay/Charge' } },
      route: 'shop.Pay/Charge',
      why: 'RPC, new',
    },
    {
      values: {
        other: {
          operation: 'process',
          destination: 'orders-17',
          destinationTemplate: 'orders-{id}',
        },
      },
      route: 'process orders-{id}',
      why: 'messaging, template before name',
    },
    { values: { name: 'sync user 4711' }, route: 'sync user *', why: 'the name without its ids' },
  ])('is $route: $why', ({ values, route }) => {
    expect(spanRoute(span(values))).toBe(route)
  })

  it('has a bound', () => {
    expect(spanRoute(span({ method: 'GET', route: `/${'a'.repeat(9999)}` }))).toHaveLength(200)
  })
})

describe('the route of a metric point', () => {
  it.each([
    { values: { 'http.request.method': 'GET', 'http.route': '/a' }, route: 'GET /a' },
    { values: { 'http.method': 'GET', 'http.target': '/charge' }, route: 'GET /charge' },
    { values: { 'http.method': 'GET', 'http.target': '/cart/4711?x=1' }, route: 'GET /cart/*' },
    { values: { 'http.request.method': 'GET' }, route: 'GET' },
    { values: { 'span.name': 'POST /orders', 'http.route': '/orders' }, route: 'POST /orders' },
    { values: { 'rpc.service': 'A', 'rpc.method': 'b' }, route: 'A/b' },
    { values: { 'messaging.destination.name': 'orders' }, route: 'orders' },
    { values: {}, route: 'app.requests' },
  ])('is $route for $values', ({ values, route }) => {
    const attributes = new Map(Object.entries(values) as [string, AttributeValue][])
    expect(pointRoute(attributes, 'app.requests')).toBe(route)
  })
})

describe('normaliseName', () => {
  it.each([
    ['GET /users/17/orders/9', 'GET /users/*/orders/*'],
    ['job 5b8efff7-9803-4103-a269-b633813fc60c', 'job *'],
    ['build eee19b7ec3c1b174', 'build *'],
    ['v2/http2 s3', 'v2/http2 s3'],
    ['deadbeef cafe', 'deadbeef cafe'],
  ])('makes of %o %o', (name, normal) => {
    expect(normaliseName(name)).toBe(normal)
    expect(normaliseName(normal)).toBe(normal)
  })
})
