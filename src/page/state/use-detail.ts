/** Keeps the explanation of what is in view fresh: at once, when a record came, and every 15 s. */
import { useEffect, useState } from 'preact/hooks'
import { applied } from './live.ts'

const everyMs = 15_000

export type Asked = { readonly done: boolean; readonly why: string | null }

export function useAsk(id: string, ask: (id: string) => Promise<string | null>): Asked {
  const [asked, setAsked] = useState<Asked>({ done: false, why: null })
  const changes = applied.value
  useEffect(() => {
    let left = false
    const again = () =>
      void ask(id).then((why) => {
        if (!left)
          setAsked((before) => (before.done && before.why === why ? before : { done: true, why }))
      })
    again()
    const timer = setInterval(again, everyMs)
    return () => {
      left = true
      clearInterval(timer)
    }
  }, [id, changes])
  return asked
}
