/**
 * Code: do the stack frames of the regression point into a change (attribution reference, section 5)?
 *
 * One value per change: line, function and file hits are nested, so the finest that holds speaks, and the
 * best frame wins, .8 less for each in-app frame above it. A fact that is missing is no evidence; a frame
 * that hits nothing is. A file created by the change is a hit in its file and needs no level of its own.
 */
import type { Frame } from '../../contracts/service-events.ts'
import { cap, clipped, codeRatios, depthDecay, finerHit } from './parameters.ts'
import { type PathContext, matchPath } from './paths.ts'
import type { Candidate, CandidateFile, ErrorKind, Term } from './types.ts'

export interface CodeQuestion {
  readonly kinds: readonly ErrorKind[]
  readonly entryFiles: readonly string[]
  /** Paths of all candidates: a frame must mean one of them alone. */
  readonly paths: readonly string[]
  readonly contextOf: (service: string) => PathContext
  /** Whether some candidate last touched that line at the release head. */
  readonly ownsLine: (path: string, line: number) => boolean
}

/** Blame of the release head, as far as the candidates know it. */
export function lineOwners(
  candidates: readonly Candidate[],
): (path: string, line: number) => boolean {
  const owned = new Map<string, (readonly [number, number])[]>()
  for (const { path, head } of candidates.flatMap(({ files }) => files)) {
    owned.set(path, [...(owned.get(path) ?? []), ...(head ?? [])])
  }
  return (path, line) => touches(owned.get(path) ?? [], line)
}

function touches(ranges: readonly (readonly [number, number])[], line: number): boolean {
  return ranges.some(([from, to]) => from <= line && line <= to)
}

interface Hit {
  readonly llr: number
  readonly level: 'line' | 'function' | 'file'
  readonly frame: Frame
  readonly path: string
  readonly depth: number
}

/** Null where there is nothing to go by. */
export function codeTerm(candidate: Candidate, question: CodeQuestion): Term | null {
  if (candidate.files.length === 0) return null
  const framed = question.kinds.filter(({ frames }) => frames.some(({ inApp }) => inApp))
  if (framed.length === 0) return entryTerm(candidate, question)
  let best: Hit | null = null
  for (const kind of framed) {
    const hit = bestHit(candidate, kind, question)
    if (hit && (!best || hit.llr > best.llr)) best = hit
  }
  if (best) return { term: 'code', llr: best.llr, fact: factOf(best) }
  const top = framed[0]!.frames.find(({ inApp }) => inApp)!
  return {
    term: 'code',
    llr: Math.log(codeRatios.miss),
    fact: `touches none of the files in the stack (top frame ${top.file}${lineOf(top)})`,
  }
}

function bestHit(candidate: Candidate, kind: ErrorKind, question: CodeQuestion): Hit | null {
  const context = question.contextOf(kind.service)
  let best: Hit | null = null
  kind.frames
    .filter(({ inApp }) => inApp)
    .forEach((frame, depth) => {
      const match = matchPath(frame.file, question.paths, context)
      const file = match && candidate.files.find((each) => pathsOf(each).includes(match.path))
      if (!match || !file) return
      const { level, llr } = levelOf(frame, file, match.sameLines, question)
      const weighed = llr * depthDecay ** depth
      if (!best || weighed > best.llr) best = { llr: weighed, level, frame, path: file.path, depth }
    })
  return best
}

function levelOf(
  frame: Frame,
  file: CandidateFile,
  sameLines: boolean,
  { ownsLine }: CodeQuestion,
): { level: Hit['level']; llr: number } {
  const full = clipped(Math.log(codeRatios.hit), [-cap, cap])
  const { line } = frame
  const lineKnown = sameLines && line !== null && file.head !== null
  if (lineKnown && touches(file.head ?? [], line)) return { level: 'line', llr: full }
  const noLine = lineKnown ? full - finerHit.line : full
  const name = lastName(frame.function)
  const named = file.functions?.map(lastName)
  if (name && named?.includes(name)) return { level: 'function', llr: noLine }
  // The line is another candidate's: whatever this one did to the file, it was not there.
  const elsewhere = lineKnown && ownsLine(file.path, line)
  const noFunction = elsewhere || (name && named && named.length > 0) ? finerHit.function : 0
  return { level: 'file', llr: noLine - noFunction }
}

/** `Cart.apply`, `shop::Cart::apply`, `async Cart#apply` -> `apply`; null for what has no name. */
function lastName(name: string | null | undefined): string | null {
  const last = name
    ?.split(/[.#:/\s]+/)
    .at(-1)
    ?.replace(/\(.*$/, '')
  return last && /^[A-Za-z_$][\w$]{1,}$/.test(last) && last !== 'anonymous' ? last : null
}

function entryTerm(candidate: Candidate, question: CodeQuestion): Term | null {
  if (question.entryFiles.length === 0) return null
  const paths = candidate.files.flatMap(pathsOf)
  const hit = question.entryFiles.find((entry) => {
    const match = matchPath(entry, question.paths)
    return match !== null && paths.includes(match.path)
  })
  return hit
    ? { term: 'code', llr: Math.log(codeRatios.entryHit), fact: `changes the handler ${hit}` }
    : {
        term: 'code',
        llr: Math.log(codeRatios.entryMiss),
        fact: `leaves the handler ${question.entryFiles[0]} alone`,
      }
}

export function pathsOf({ path, oldPath }: CandidateFile): string[] {
  return oldPath ? [path, oldPath] : [path]
}

function factOf({ level, frame, path, depth }: Hit): string {
  const where = depth === 0 ? 'the top frame' : `frame ${depth + 1}`
  if (level === 'line') return `last touched line ${frame.line} of ${path}, ${where} of the error`
  if (level === 'function') return `changes ${frame.function} in ${path}, ${where} of the error`
  return `changes ${path}, ${where} of the error`
}

function lineOf({ line }: Frame): string {
  return line === null ? '' : `:${line}`
}
