/** Tells what happens, a sentence a line with the seconds since the start; on standard error where the output is JSON. */

export interface Teller {
  say(sentence: string): void
  elapsedMs(): number
}

export function teller(json: boolean, now: () => number): Teller {
  const startedMs = now()
  const stream = json ? process.stderr : process.stdout
  const elapsedMs = () => now() - startedMs
  return {
    elapsedMs,
    say: (sentence) => {
      const seconds = String(Math.round(elapsedMs() / 1_000)).padStart(4)
      stream.write(`${seconds} s  ${sentence}\n`)
    },
  }
}
