/**
 * Text: do the words of the error stand in the text that a change added (attribution reference, section 5)?
 *
 * Words of five letters and more from the message, the first three in-app functions and the exception's
 * class. A word that many candidates have says less: weight log(N / df) / log N. Languages' own words are
 * left out.
 */
import { textRatios } from './parameters.ts'
import type { Candidate, ErrorKind, Term } from './types.ts'

const common = new Set(
  (
    'error errors exception failed failure cannot could undefined null reading properties property ' +
    'function object string number boolean value values unexpected expected invalid type typeerror ' +
    'rangeerror syntaxerror referenceerror runtimeerror valueerror keyerror attributeerror runtime ' +
    'illegal argument arguments state access assertion assert expect describe there where which while ' +
    'return await async throw throws catch const class static import export default public private ' +
    'protected interface extends implements super this request response anonymous internal module ' +
    'pointer nullpointerexception index bounds range timeout occurred during process console handle ' +
    'handler self false true none other should would after before does instance field method called'
  ).split(' '),
)

const wordPattern = /[A-Za-z_][A-Za-z0-9_]{4,}/g

/** Lower-case words of an error, each once, in order of code units. */
export function wordsOf({ template, type, frames }: ErrorKind): string[] {
  const functions = frames
    .filter(({ inApp }) => inApp)
    .slice(0, 3)
    .map((frame) => frame.function ?? '')
  const words = [template, type, ...functions].flatMap((text) => text.match(wordPattern) ?? [])
  return [...new Set(words.map((word) => word.toLowerCase()))]
    .filter((word) => !common.has(word))
    .sort()
}

export class TextEvidence {
  readonly #words: readonly string[]
  readonly #added = new Map<string, ReadonlySet<string>>()

  constructor(kinds: readonly ErrorKind[], candidates: readonly Candidate[]) {
    this.#words = [...new Set(kinds.flatMap(wordsOf))].sort()
    for (const candidate of candidates) {
      const known = candidate.files.filter(({ tokens, generated }) => tokens !== null && !generated)
      if (known.length === 0) continue
      const tokens = known.flatMap((file) => file.tokens ?? [])
      this.#added.set(candidate.id, new Set(tokens.map((token) => token.toLowerCase())))
    }
  }

  /** Null where the error has no words of its own or the change's text is unknown. */
  term({ id }: Candidate): Term | null {
    const added = this.#added.get(id)
    if (!added || this.#words.length === 0) return null
    let best: { word: string; weight: number } | null = null
    for (const word of this.#words) {
      if (!added.has(word)) continue
      const weight = this.#rarity(word)
      if (!best || weight > best.weight) best = { word, weight }
    }
    if (!best) {
      const fact = `adds none of the error's words (${this.#words.slice(0, 3).join(', ')})`
      return { term: 'text', llr: Math.log(textRatios.miss), fact }
    }
    const llr = Math.log(textRatios.hit) * best.weight
    return { term: 'text', llr, fact: `adds the word "${best.word}" of the error` }
  }

  #rarity(word: string): number {
    const count = this.#added.size
    if (count < 2) return 1
    let having = 0
    for (const added of this.#added.values()) if (added.has(word)) having++
    return Math.min(1, Math.log(count / having) / Math.log(count))
  }
}
