/** The head of a list: its name, and the filters that stand in the address. */
import { filters, setFilter } from '../state/place.ts'
import { Filter } from './filter.tsx'

export interface ListHeadlineProps {
  readonly title: string
  /** Keys of the services in the list, in any order, more than once. */
  readonly services: readonly string[]
  readonly states: {
    readonly label: string
    readonly options: readonly { readonly value: string; readonly text: string }[]
  }
}

export function ListHeadline({ title, services, states }: ListHeadlineProps) {
  const { service, state } = filters.value
  const names = [...new Set(services)].sort()
  return (
    <div class="headline">
      <h1>{title}</h1>
      <div class="filters">
        <Filter
          label="Service"
          value={service}
          options={names.map((name) => ({ value: name, text: name }))}
          choose={(value) => setFilter('service', value)}
        />
        <Filter {...states} value={state} choose={(value) => setFilter('state', value)} />
      </div>
    </div>
  )
}
