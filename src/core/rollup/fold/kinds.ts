/**
 * Gathers exceptions into kinds of failure: once per trace, service and type within the record.
 *
 * Of several records of one failure the first with a stack speaks: spans end, and are exported, from the deepest
 * outwards, so that is the one nearest to the fault. Its window is that of the exception's own time.
 */
import type { Frame, Kinds } from '../../../contracts/service-events.ts'
import { fingerprintOf, shortType, templateOf } from '../../intake/exceptions/fingerprint.ts'
import { parseStack } from '../../intake/exceptions/stack.ts'
import { Memo } from './memo.ts'
import type { Identity } from '../../intake/identity.ts'
import type { Exception } from '../../intake/otlp/telemetry.ts'
import { traceHash, traceId } from './traces.ts'
import type { FoldSettings } from './settings.ts'

const kindsMax = 500
const tracesMax = 256
const exemplarsMax = 5
const instancesMax = 16
const messageMax = 4096

interface TraceWords {
  readonly trace0: number
  readonly trace1: number
  readonly trace2: number
  readonly trace3: number
}

interface Occurrence {
  readonly identity: Identity
  readonly exception: Exception
  readonly type: string
  readonly startMs: number
  /** Hash; '' for none. */
  readonly trace: string
  readonly words: TraceWords
}

interface Reading {
  readonly type: string
  readonly template: string
  readonly frames: Frame[]
  readonly fingerprint: string
}

export class KindsOfFailure {
  readonly #settings: FoldSettings
  readonly #occurrences = new Map<string, Occurrence>()
  readonly #routes = new Map<string, string>()

  constructor(settings: FoldSettings) {
    this.#settings = settings
  }

  add(
    exception: Exception,
    where: { readonly identity: Identity; readonly words: TraceWords },
  ): void {
    const { identity, words } = where
    const { windowMs } = this.#settings
    const type = shortType(exception.type)
    const trace = traceHash(words)
    const startMs = Math.floor(exception.atMs / windowMs) * windowMs
    const id = JSON.stringify(
      trace === ''
        ? [identity.key, null, type, this.#occurrences.size]
        : [identity.key, trace, type],
    )
    const known = this.#occurrences.get(id)
    if (known !== undefined && (known.exception.stack !== '' || exception.stack === '')) return
    this.#occurrences.set(id, { identity, exception, type, startMs, trace, words })
  }

  /** The route of a failed request, for the exceptions of its trace. */
  addRoute(
    route: string,
    where: { readonly identity: Identity; readonly words: TraceWords },
  ): void {
    this.#routes.set(`${where.identity.key}\n${traceHash(where.words)}`, route)
  }

  events(arrivedMs: number): Kinds[] {
    const kinds = new Map<string, Kinds>()
    for (const occurrence of this.#occurrences.values()) {
      const { identity, startMs, trace, words, exception } = occurrence
      const reading = this.#read(occurrence)
      const id = JSON.stringify([identity.key, identity.version, startMs, reading.fingerprint])
      let each = kinds.get(id)
      if (each === undefined) {
        if (kinds.size >= kindsMax) continue
        each = {
          kind: 'kinds',
          service: identity.key,
          version: identity.version,
          startMs,
          arrivedMs,
          fingerprint: reading.fingerprint,
          type: reading.type,
          template: reading.template,
          frames: reading.frames,
          stack: exception.stack !== '',
          route: this.#routes.get(`${identity.key}\n${trace}`) ?? null,
          traces: [],
          exemplars: [],
          instances: [],
        }
        kinds.set(id, each)
      }
      include(each, { trace, words, instance: identity.instance })
    }
    return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
  }

  #read({ type, exception }: Occurrence): Reading {
    const { templates, stacks } = memosOf(this.#settings.scrub)
    const template = templates.get(exception.message)
    const { frames, fingerprints } = stacks.get(exception.stack)
    return { type, template, frames, fingerprint: fingerprints.get(`${type}\n${template}`) }
  }
}

interface Stack {
  readonly frames: Frame[]
  /** By type and template. */
  readonly fingerprints: Memo<string>
}

interface Memos {
  readonly templates: Memo<string>
  readonly stacks: Memo<Stack>
}

/** What texts become depends on the text and the scrubber alone; failures come in numbers. */
const memos = new WeakMap<FoldSettings['scrub'], Memos>()

function memosOf(scrub: FoldSettings['scrub']): Memos {
  let found = memos.get(scrub)
  if (found === undefined) {
    found = {
      templates: new Memo((message) => templateOf(scrub(message.slice(0, messageMax)))),
      stacks: new Memo((stack) => stackOf(stack, scrub)),
    }
    memos.set(scrub, found)
  }
  return found
}

function stackOf(stack: string, scrub: FoldSettings['scrub']): Stack {
  const frames = parseStack(stack).map((frame) => ({
    ...frame,
    file: scrub(frame.file),
    function: frame.function === null ? null : scrub(frame.function),
  }))
  const fingerprints = new Memo((typeAndTemplate) => {
    const [type = '', template = ''] = typeAndTemplate.split('\n', 2)
    return fingerprintOf({ type, template, frames })
  })
  return { frames, fingerprints }
}

function include(
  kinds: Kinds,
  {
    trace,
    words,
    instance,
  }: { readonly trace: string; readonly words: TraceWords; readonly instance: number },
): void {
  if (trace !== '' && kinds.traces.length < tracesMax) {
    kinds.traces.push(trace)
    if (kinds.exemplars.length < exemplarsMax) kinds.exemplars.push(traceId(words))
  }
  if (kinds.instances.length < instancesMax && !kinds.instances.includes(instance)) {
    kinds.instances.push(instance)
  }
}
