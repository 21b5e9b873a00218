/**
 * What may be kept of the text that a commit added: the names of functions and classes, and single words.
 *
 * Words have five letters or more, as error messages are compared by them; what looks like a key or a hash is left out,
 * with lines that give a value to what is called a secret, and so are words that every program has. No other source
 * text is kept. Bounds: 64 names and 128 words a file, 400 characters of a line.
 */
import { isSecretLine, isSecretWord } from '../../core/kernel/secret-text.ts'

const wordPattern = /[A-Za-z_][A-Za-z0-9_]{4,}/g
const lineMax = 400
const namesMax = 64
const wordsMax = 128
const wordLengthMax = 40

const common = new Set(
  (
    'const false return import export function class extends implements interface public private ' +
    'protected static readonly async await string number boolean undefined while switch break continue ' +
    'default throw catch finally typeof instanceof super yield defer range struct package print println ' +
    'raise except lambda global nonlocal elsif module require include using namespace virtual override ' +
    'final abstract double float short unsigned signed template typename where match mutable crate'
  ).split(' '),
)

const keyword =
  /^(?:if|for|while|switch|catch|return|function|new|await|else|do|try|with|throw|typeof)$/

/** Classes and their like; a method below one of them is told with its name. */
const typePattern =
  /^\s*(?:export\s+)?(?:default\s+)?(?:(?:public|private|protected|internal|abstract|final|sealed|static|data|open|pub(?:\([a-z]+\))?|partial)\s+)*(?:class|interface|struct|trait|impl(?:<[^>]*>)?|module|object|enum|record|protocol)\s+([A-Za-z_$][\w$]*)/

const functionPatterns: readonly RegExp[] = [
  /\bfunction\b\s*\*?\s*([A-Za-z_$][\w$]*)\s*[(<]/,
  /^\s*(?:async\s+)?def\s+(?:self\.)?([A-Za-z_]\w*[?!]?)/,
  /^\s*func\s+(?:\([^)]*\)\s*)?([A-Za-z_]\w*)\s*[([]/,
  /\bfn\s+([A-Za-z_]\w*)\s*[(<]/,
  /^\s*(?:[a-z]+\s+)*fun\s+(?:<[^>]*>\s*)?(?:\w+\.)?([A-Za-z_]\w*)\s*\(/,
  /^\s*(?:export\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=]{1,80})?=\s*(?:async\s*)?(?:function\b|\([^)]*\)\s*(?::[^=]{1,80})?=>|[A-Za-z_$][\w$]*\s*=>)/,
  /^\s*(?:exports|module\.exports|this|[A-Za-z_$][\w$]*\.prototype)\.([A-Za-z_$][\w$]*)\s*=\s*(?:async\s*)?(?:function\b|\()/,
  /^\s+(?:(?:public|private|protected|static|async|override|readonly|get|set)\s+)*([#A-Za-z_$][\w$]*)\s*\([^()]*\)\s*(?::[^{=]{1,80})?\{/,
  /^\s*(?:(?:public|private|protected|internal|static|final|abstract|virtual|override|async|synchronized)\s+)+[\w<>[\],.? ]{1,80}?\s+([A-Za-z_]\w*)\s*\(/,
]

/** Of one file of one commit. */
export class AddedText {
  readonly #names = new Set<string>()
  readonly #words: Set<string> | null
  #type: string | null = null
  #generated = false
  #inKey = false

  constructor({ words }: { readonly words: boolean }) {
    this.#words = words ? new Set() : null
  }

  /** Whether another line could add anything. */
  get full(): boolean {
    return this.#names.size >= namesMax && (this.#words === null || this.#words.size >= wordsMax)
  }

  /** The line that git shows behind a hunk's numbers: what the hunk stands in. */
  context(text: string): void {
    this.#define(text.slice(0, lineMax), true)
  }

  line(text: string, lineNumber: number): void {
    const line = text.slice(0, lineMax)
    if (lineNumber <= 10 && /@generated\b|\bcode generated\b.*\bdo not edit\b/i.test(line)) {
      this.#generated = true
    }
    this.#define(line, false)
    const words = this.#words
    if (words === null || words.size >= wordsMax || this.#isSecret(line)) return
    for (const [word] of line.matchAll(wordPattern)) {
      if (words.size >= wordsMax) return
      if (word.length <= wordLengthMax && !common.has(word) && !isSecretWord(word)) {
        words.add(word)
      }
    }
  }

  /** Of a key all lines between its marks. */
  #isSecret(line: string): boolean {
    if (line.includes('-----BEGIN ')) this.#inKey = true
    const secret = this.#inKey || isSecretLine(line)
    if (line.includes('-----END ')) this.#inKey = false
    return secret
  }

  /** In the order of code units. */
  result(): { functions: string[]; tokens: string[] | null; generated: boolean } {
    return {
      functions: [...this.#names].toSorted(),
      tokens: this.#words === null ? null : [...this.#words].toSorted(),
      generated: this.#generated,
    }
  }

  #define(line: string, isContext: boolean): void {
    const type = typePattern.exec(line)?.[1]
    if (type !== undefined) {
      this.#type = type
      this.#add(type)
      return
    }
    // What begins at the margin ends the class above it; a closing bracket does so for what follows.
    if (/^[^\s{})\]@#/*]/.test(line)) this.#type = null
    for (const pattern of functionPatterns) {
      const name = pattern.exec(line)?.[1]
      if (name === undefined || keyword.test(name)) continue
      const member = /^\s/.test(line) && this.#type !== null
      this.#add(member ? `${this.#type}.${name}` : name)
      return
    }
    if (isContext) this.#type = null
  }

  #add(name: string): void {
    if (this.#names.size < namesMax) this.#names.add(name.slice(0, 120))
  }
}
