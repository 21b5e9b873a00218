/** Addresses of the page: which view a path is, and filters in the query. Pure. */
export type View =
  | { readonly name: 'overview' }
  | { readonly name: 'releases' }
  | { readonly name: 'release'; readonly id: string }
  | { readonly name: 'incidents' }
  | { readonly name: 'incident'; readonly id: string }
  | { readonly name: 'nowhere' }

export function viewOf(path: string): View {
  const [first, id, more] = path.split('/').filter((part) => part !== '')
  if (more !== undefined) return { name: 'nowhere' }
  if (first === undefined) return { name: 'overview' }
  if (first === 'releases') return id === undefined ? { name: 'releases' } : { name: 'release', id }
  if (first === 'incidents')
    return id === undefined ? { name: 'incidents' } : { name: 'incident', id }
  return { name: 'nowhere' }
}

export const spans = { '2.5h': 2.5, '6h': 6, '24h': 24, '7d': 168 } as const
export type Span = keyof typeof spans

export interface Filters {
  readonly environment: string | null
  readonly service: string | null
  readonly state: string | null
  readonly span: Span
  readonly show: 'chart' | 'table'
}

export function filtersOf(search: string): Filters {
  const query = new URLSearchParams(search)
  const span = query.get('span')
  return {
    environment: query.get('environment'),
    service: query.get('service'),
    state: query.get('state'),
    span: span !== null && Object.hasOwn(spans, span) ? (span as Span) : '2.5h',
    show: query.get('show') === 'table' ? 'table' : 'chart',
  }
}

/** The query with one filter set or, with null, taken out; only the environment goes along to other views. */
export function withFilter(search: string, name: keyof Filters, value: string | null): string {
  const query = new URLSearchParams(search)
  if (value === null || value === '') query.delete(name)
  else query.set(name, value)
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

export function link(path: string, search: string): string {
  const environment = new URLSearchParams(search).get('environment')
  return environment === null ? path : `${path}?environment=${encodeURIComponent(environment)}`
}
