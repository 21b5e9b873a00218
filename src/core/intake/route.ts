/**
 * The name of what was asked for: one word per endpoint, never a raw path.
 *
 * HTTP: `METHOD http.route`; without a route the method alone. RPC: `rpc.service/rpc.method`. Messaging: `operation
 * destination`, the template before the name. Else the span's name with ids and numbers replaced by `*`; of a
 * point that names nothing, the metric. Never empty.
 * Source: contract section 4, *Route*.
 */
import type { Attributes, Span } from './otlp/telemetry.ts'
import { firstText } from './outcome.ts'
import { textAt } from './identity.ts'

/** Longer names are cut: a route is read by people and stored per window. */
export const routeLengthMax = 200
export const otherRoute = 'other'

export function spanRoute(span: Span): string {
  if (span.method !== '') return httpRoute(span.method, span.route)
  const { other } = span
  if (other !== null) {
    const { rpcService, rpcMethod, operation, destination, destinationTemplate } = other
    if (rpcMethod !== '') return rpcRoute(rpcService, rpcMethod)
    if (operation !== '' || destination !== '' || destinationTemplate !== '') {
      return messagingRoute(operation, destinationTemplate || destination)
    }
  }
  return normaliseName(span.name)
}

const methodKeys = ['http.request.method', 'http.method', 'method'] as const
const operationKeys = [
  'messaging.operation.name',
  'messaging.operation.type',
  'messaging.operation',
] as const
const destinationKeys = [
  'messaging.destination.template',
  'messaging.destination.name',
  'messaging.destination',
] as const

export function pointRoute(attributes: Attributes, metric: string): string {
  const method = firstText(attributes, methodKeys)
  // Flask's old metric has the route's template in http.target; a raw path there is normalised.
  const target = textAt(attributes, 'http.target')
  const route =
    textAt(attributes, 'http.route') ?? (target === null ? null : normaliseName(pathOf(target)))
  if (method !== null) return httpRoute(method, route ?? '')
  const rpcMethod = textAt(attributes, 'rpc.method')
  if (rpcMethod !== null) return rpcRoute(textAt(attributes, 'rpc.service') ?? '', rpcMethod)
  const destination = firstText(attributes, destinationKeys)
  const operation = firstText(attributes, operationKeys)
  if (destination !== null || operation !== null) {
    return messagingRoute(operation ?? '', destination ?? '')
  }
  const spanName = textAt(attributes, 'span.name')
  if (spanName !== null) return normaliseName(spanName)
  return route ?? cut(metric)
}

function httpRoute(method: string, route: string): string {
  return cut(route === '' ? method : `${method} ${route}`)
}

function rpcRoute(service: string, method: string): string {
  return cut(service === '' ? method : `${service}/${method}`)
}

function messagingRoute(operation: string, destination: string): string {
  return cut(`${operation} ${destination}`.trim())
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi
/** A word that holds a digit and is nothing else than hex, or digits: an id. */
const hex = /(?<![\w*])(?=[0-9a-f]*\d)[0-9a-f]{8,}(?![\w*])/gi
/** Numbers that stand alone; not the 2 of `v2` nor of `http2`. */
const number = /(?<![A-Za-z_*\d])\d+(?:[.,]\d+)*(?![A-Za-z_\d])/g

/** A span's name with its ids and numbers replaced by `*`: `GET /users/17` -> `GET /users/*`. */
export function normaliseName(name: string): string {
  if (!/\d/.test(name)) return cut(name)
  return cut(name.replace(uuid, '*').replace(hex, '*').replace(number, '*'))
}

function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query < 0 ? target : target.slice(0, query)
}

function cut(text: string): string {
  return text.length > routeLengthMax ? text.slice(0, routeLengthMax) : text
}
