/**
 * Who may come in (contract section 11): loopback by default, a Host header that names us, and beyond
 * loopback a token with the right for the door. Tokens are compared in constant time; none is logged.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export type Right = 'ingest' | 'read' | 'respond' | 'admin'

export interface Token {
  readonly name: string
  readonly value: string
  readonly may: readonly Right[]
}

export interface GuardOptions {
  readonly tokens: readonly Token[]
  /** Doors may be used without a token: they listen on loopback, or the operator said so. */
  readonly open: boolean
  readonly allowedHosts: readonly string[]
}

export type Admission =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly status: 401 | 403 | 421
      readonly code: string
      readonly message: string
    }

export class Guard {
  readonly #options: GuardOptions

  constructor(options: GuardOptions) {
    this.#options = options
  }

  /** `right` null: open to everybody who names us rightly (`/healthz`). */
  admit(request: IncomingMessage, right: Right | null): Admission {
    if (!this.#namesUs(request.headers.host)) {
      const message = 'the Host header names another server; see http.allowedHosts'
      return { ok: false, status: 421, code: 'wrong-host', message }
    }
    if (right === null) return { ok: true }
    const { tokens, open } = this.#options
    if (tokens.length === 0 && open) return { ok: true }
    const given = tokenOf(request.headers.authorization)
    if (given === null) {
      if (open) return { ok: true }
      return { ok: false, status: 401, code: 'no-token', message: 'a bearer token is wanted' }
    }
    const found = tokens.find(({ value }) => same(value, given))
    if (found === undefined) {
      return { ok: false, status: 401, code: 'unknown-token', message: 'the token is not known' }
    }
    if (found.may.includes(right) || found.may.includes('admin')) return { ok: true }
    const message = `the token ${found.name} may ${found.may.join(', ')}, not ${right}`
    return { ok: false, status: 403, code: 'not-allowed', message }
  }

  /** Against DNS rebinding: a page elsewhere cannot reach a loopback door under its own name. */
  #namesUs(host: string | undefined): boolean {
    if (host === undefined) return true
    const name = host
      .replace(/:\d+$/, '')
      .replace(/^\[|\]$/g, '')
      .toLowerCase()
    if (isLoopbackName(name) || !this.#options.open) return true
    return this.#options.allowedHosts.some(
      (allowed) => allowed === '*' || allowed.toLowerCase() === name,
    )
  }
}

export function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}

/** Bearer, or Basic with the token as password, for senders that set no header of their own. */
function tokenOf(authorization: string | undefined): string | null {
  if (authorization === undefined) return null
  const [scheme, rest = ''] = authorization.trim().split(/\s+/, 2)
  if (scheme?.toLowerCase() === 'bearer') return rest
  if (scheme?.toLowerCase() !== 'basic') return null
  const text = Buffer.from(rest, 'base64').toString()
  return text.slice(text.indexOf(':') + 1)
}

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
