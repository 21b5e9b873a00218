/** Asks a running Culprit over its API. What cannot be reached is exit 3, with the address. */
import { UnreachableError, UsageError } from '../../core/kernel/errors.ts'
import { serverUrl } from './server-url.ts'

export class Client {
  readonly #url: string

  constructor(url: string | undefined) {
    this.#url = serverUrl(url)
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.open(path)
    const text = await response.text()
    if (response.ok) return JSON.parse(text) as T
    const message = messageOf(text) ?? `${response.status}`
    if (response.status === 400 || response.status === 404) throw new UsageError(message)
    throw new UnreachableError(`${this.#url}${path}: ${message}`)
  }

  /** Every item of a paged list. */
  async list<T>(path: string): Promise<T[]> {
    const items: T[] = []
    const joint = path.includes('?') ? '&' : '?'
    for (let cursor: string | null = ''; cursor !== null; ) {
      const at: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page: { items: T[]; next: string | null } = await this.get(
        `${path}${joint}limit=200${at}`,
      )
      items.push(...page.items)
      cursor = page.next
    }
    return items
  }

  async open(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const token = process.env['CULPRIT_TOKEN']
    try {
      return await fetch(`${this.#url}${path}`, {
        headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
      })
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).message
      throw new UnreachableError(
        `${this.#url} does not answer (${cause}); is \`npm start\` running?`,
      )
    }
  }
}

function messageOf(text: string): string | null {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string } }
    return error?.message ?? null
  } catch {
    return null
  }
}
