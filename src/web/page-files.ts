/**
 * The dashboard's files, built beforehand: no name outside the folder is ever opened, unknown paths get the
 * page itself, since its views are paths. A strict policy: nothing is loaded from elsewhere.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { extname, join } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"

export class PageFiles {
  readonly #files = new Map<string, Buffer>()

  /** `folder` may be missing: then a sentence says how to build it. */
  constructor(folder: string) {
    try {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        const path = join(folder, name)
        if (statSync(path).isFile())
          this.#files.set(`/${name.replaceAll('\\', '/')}`, readFileSync(path))
      }
    } catch {
      this.#files.clear()
    }
  }

  serve(path: string, response: ServerResponse): void {
    const name = this.#files.has(path) ? path : '/index.html'
    const body = this.#files.get(name)
    if (body === undefined) {
      response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' })
      response.end('The page has not been built: npm run build:page\n')
      return
    }
    response.writeHead(200, {
      'content-type': types[extname(name)] ?? 'application/octet-stream',
      'content-length': String(body.length),
      'cache-control': name.startsWith('/assets/')
        ? 'public, max-age=31536000, immutable'
        : 'no-cache',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    response.end(body)
  }
}
