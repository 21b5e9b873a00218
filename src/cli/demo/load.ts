/**
 * Load as browsers make it: open loop (the next request does not wait for the last answer), random intervals and
 * carts out of a seeded generator, so that every run sends the same requests in the same order.
 */
import { Agent, request } from 'node:http'

const seed = 20_260_901
const requestsPerSecond = 70
const inFlightMax = 200
const answerMsMax = 10_000

const currencies = ['EUR', 'EUR', 'USD', 'USD', 'GBP', 'CHF', 'SEK', 'SEK'] as const

export interface Request {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body: object | null
}

/** Mulberry32: uniform in [0, 1), the same on every machine. */
export function randomOf(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function nextRequest(random: () => number): Request {
  const whole = (below: number) => Math.floor(random() * below)
  const kind = random()
  if (kind < 0.4) return { method: 'GET', path: `/products/${whole(500)}`, body: null }
  if (kind < 0.6) return { method: 'GET', path: `/carts/c${whole(300)}`, body: null }
  const items = Array.from({ length: 4 + whole(6) }, () => ({
    sku: whole(500),
    count: 1 + whole(3),
    price: 5 + whole(40),
  }))
  const currency = currencies[whole(currencies.length)]!
  const body = { id: `c${whole(300)}`, currency, items, card: whole(4_000) }
  return { method: 'POST', path: '/orders', body }
}

export interface Load {
  /** Answers so far, by whether they were failures of the shop. */
  counts(): { readonly answered: number; readonly failed: number }
  stop(): void
}

export function startLoad(url: string): Load {
  const random = randomOf(seed)
  const agent = new Agent({ keepAlive: true, maxSockets: inFlightMax })
  let [inFlight, answered, failed] = [0, 0, 0]
  const done = (ok: boolean) => {
    inFlight--
    answered++
    if (!ok) failed++
  }
  const send = () => {
    const { method, path, body } = nextRequest(random)
    if (inFlight >= inFlightMax) return
    inFlight++
    let settled = false
    const settle = (ok: boolean) => {
      if (!settled) done(ok)
      settled = true
    }
    const call = request(`${url}${path}`, { method, agent, timeout: answerMsMax }, (response) => {
      response.resume()
      response.once('close', () => settle((response.statusCode ?? 500) < 500))
    })
    call.once('timeout', () => call.destroy())
    call.once('error', () => settle(false))
    call.end(body === null ? undefined : JSON.stringify(body))
  }
  let timer: NodeJS.Timeout
  let nextAtMs = performance.now()
  const tick = () => {
    for (const nowMs = performance.now(); nextAtMs <= nowMs; ) {
      send()
      nextAtMs += (-Math.log(1 - random()) * 1_000) / requestsPerSecond
    }
    timer = setTimeout(tick, Math.max(1, nextAtMs - performance.now()))
  }
  tick()
  return {
    counts: () => ({ answered, failed }),
    stop: () => {
      clearTimeout(timer)
      agent.destroy()
    },
  }
}
