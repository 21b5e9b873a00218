/** One of a few: buttons in a row that say which is pressed. */
export interface ToggleProps<T extends string> {
  readonly label: string
  readonly options: readonly { readonly value: T; readonly text: string }[]
  readonly value: T
  readonly choose: (value: T) => void
}

export function Toggle<T extends string>({ label, options, value, choose }: ToggleProps<T>) {
  return (
    <div class="toggle" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => choose(option.value)}
        >
          {option.text}
        </button>
      ))}
    </div>
  )
}
