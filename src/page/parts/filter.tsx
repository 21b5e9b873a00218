/** One filter of a list: a select whose first option is everything. */
export interface FilterProps {
  readonly label: string
  readonly value: string | null
  readonly options: readonly { readonly value: string; readonly text: string }[]
  readonly choose: (value: string | null) => void
}

export function Filter({ label, value, options, choose }: FilterProps) {
  return (
    <label class="filter notes">
      {label}
      <select value={value ?? ''} onChange={(event) => choose(event.currentTarget.value || null)}>
        <option value="">all</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  )
}
