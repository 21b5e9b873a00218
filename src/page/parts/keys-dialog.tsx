/** The keys, in a dialog that Escape closes. */
import { useEffect, useRef } from 'preact/hooks'
import { keysShown } from '../state/keys.ts'

const keys: readonly (readonly [string, string])[] = [
  ['g o', 'Overview'],
  ['g r', 'Releases'],
  ['g i', 'Incidents'],
  ['j, k', 'Next and previous row'],
  ['t', 'Chart or table'],
  ['?', 'These keys'],
]

export function KeysDialog() {
  const ref = useRef<HTMLDialogElement>(null)
  const shown = keysShown.value
  useEffect(() => {
    if (shown && ref.current?.open === false) ref.current.showModal()
    if (!shown && ref.current?.open === true) ref.current.close()
  }, [shown])
  return (
    <dialog
      ref={ref}
      class="keys"
      aria-labelledby="keys-title"
      onClose={() => (keysShown.value = false)}
    >
      <h2 id="keys-title">Keys</h2>
      <dl>
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button class="button small">Close</button>
      </form>
    </dialog>
  )
}
