/**
 * One name for one kind of failure: the same in every release that has it, whatever values its messages carry.
 *
 * `type` is the last part of the exception's type name (after `.` or `$`): Python says `__main__.GatewayTimeout` in a
 * span and `GatewayTimeout` in a log, Java `Upstream.Failed` and `Upstream$Failed`. The template is the scrubbed
 * message with its values replaced. The fingerprint hashes the type with the newest in-app frames (file and function,
 * no lines: they move between releases); without such frames with the template, where the type says nothing alone.
 */
import type { Frame } from '../../../contracts/service-events.ts'
import { hashFacts } from '../../kernel/ids.ts'

const templateMax = 400
const typeMax = 120
/** Enough to tell two callers of one helper apart; more would split one failure by its entry points. */
const framesInFingerprint = 3

/** Types that every program has: the place or the message must speak. */
const generic: ReadonlySet<string> = new Set(
  `Error TypeError RangeError ReferenceError SyntaxError AggregateError errorString wrapError joinError fundamental
   withStack withMessage Exception RuntimeException Throwable IllegalStateException IllegalArgumentException
   NullPointerException IOException ValueError KeyError IndexError AttributeError RuntimeError OSError AssertionError
   ServletException HTTPException HttpException`.split(/\s+/),
)

export function shortType(type: string): string {
  const trimmed = type.replace(/\s+/g, ' ').trim()
  const last = trimmed.slice(Math.max(trimmed.lastIndexOf('.'), trimmed.lastIndexOf('$')) + 1)
  return (last === '' ? trimmed : last).slice(0, typeMax)
}

const quotedIdentifier = /^(?=.*[a-z])[A-Za-z_][\w]*(?:[._][\w]+|[a-z][A-Z]\w*)+$/
/** Words after which a quoted name is a name of the program, not a value. */
const namesBefore =
  /(reading|setting|property|attribute|column|field|function|method|module|class|type|parameter|argument|table|relation|key)\s*$/i

/** A message with its values replaced: `<s>` quoted text, `<id>`, `<ip>`, `<n>` numbers. `text` is scrubbed already. */
export function templateOf(text: string): string {
  const line = text
    .slice(0, 4 * templateMax)
    .replace(/\s+/g, ' ')
    .trim()
  const quoted = line.replace(
    /"([^"]{0,300})"|'([^']{0,300})'|`([^`]{0,300})`/g,
    (whole: string, double: string, single: string, back: string, at: number) => {
      const inside = double ?? single ?? back ?? ''
      const named =
        /^[A-Za-z_][\w.$]*$/.test(inside) && namesBefore.test(line.slice(Math.max(0, at - 20), at))
      return named || quotedIdentifier.test(inside) ? whole : '<s>'
    },
  )
  return quoted
    .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, '<id>')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<ip>')
    .replace(/\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '<id>')
    .replace(/(?<![A-Za-z_])[-+]?\d+(?:[.,:]\d+)*/g, '<n>')
    .slice(0, templateMax)
}

export interface Failure {
  readonly type: string
  readonly template: string
  readonly frames: readonly Frame[]
}

export function fingerprintOf({ type, template, frames }: Failure): string {
  const places = frames
    .filter((frame) => frame.inApp)
    .slice(0, framesInFingerprint)
    .map((frame) => `${frame.file}:${frame.function ?? ''}`)
  if (places.length > 0) return hashFacts([type, ...places])
  return hashFacts(generic.has(type) ? [type, null, template] : [type, null])
}
