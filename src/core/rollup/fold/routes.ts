/** Keeps the routes that one record names of a service and version within a bound; what comes after is `other`. */
import { otherRoute } from '../../intake/route.ts'

export class RouteLimit {
  readonly #max: number
  readonly #known = new Map<string, Set<string>>()

  constructor(max: number) {
    this.#max = max
  }

  admit(owner: string, route: string): string {
    let routes = this.#known.get(owner)
    if (routes === undefined) this.#known.set(owner, (routes = new Set()))
    if (routes.has(route)) return route
    if (routes.size >= this.#max) return otherRoute
    routes.add(route)
    return route
  }
}
