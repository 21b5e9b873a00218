/** A small HTTP service: JSON in and out, routes with `:name` segments, a failure answers 500. */
import http from 'node:http'
import { failed, flush, routed } from './telemetry.js'

/** Longer than callers keep a connection: none is closed while a request is on its way. */
const keepAliveMs = 65_000

/** Routes are `{ 'GET /carts/:id': async ({ params, body }) => ({ status, body }) }`. */
export function serve(name, routes) {
  const table = Object.entries(routes).map(([key, handler]) => {
    const [method, route] = key.split(' ')
    return { method, route, segments: route.split('/'), handler }
  })
  const server = http.createServer((request, response) => {
    void answer(table, request, response)
  })
  server.keepAliveTimeout = keepAliveMs
  server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
    console.log(`${name} listening on http://127.0.0.1:${server.address().port}`)
  })
  const stop = () => {
    server.close(() => void flush().finally(() => process.exit(0)))
    server.closeIdleConnections()
  }
  process.once('SIGTERM', stop)
  process.once('disconnect', () => process.exit(0))
}

async function answer(table, request, response) {
  try {
    const { status, body } = await dispatch(table, request)
    send(response, status, body)
  } catch (error) {
    failed(error)
    send(response, 500, { error: 'something went wrong' })
  }
}

async function dispatch(table, request) {
  const segments = request.url.split('?', 1)[0].split('/')
  for (const { method, route, segments: wanted, handler } of table) {
    const params = request.method === method ? match(wanted, segments) : null
    if (params === null) continue
    routed(method, route)
    return handler({ params, body: await read(request) })
  }
  return { status: 404, body: { error: 'nothing here' } }
}

function match(wanted, segments) {
  if (wanted.length !== segments.length) return null
  const params = {}
  for (const [at, segment] of wanted.entries()) {
    if (segment.startsWith(':')) params[segment.slice(1)] = segments[at]
    else if (segment !== segments[at]) return null
  }
  return params
}

async function read(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return chunks.length === 0 ? null : JSON.parse(Buffer.concat(chunks).toString())
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
