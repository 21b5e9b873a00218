/**
 * Stack traces as text -> frames, newest call first, at most 20. Java, Node, Python and Go, told apart line by line.
 *
 * `inApp` is false for frames of the runtime and of packages: a fingerprint made of them says little, and no commit of
 * the service touches them. Java's file is the class's package as folders and the file (`shop/checkout/Price.java`), so
 * that it ends like the path in the repository. Lines are 1-based. Of a chain of causes (`Caused by:`, Python's "direct
 * cause") the frames of the exception itself come first.
 */
import type { Frame } from '../../../contracts/service-events.ts'

export const framesMax = 20
const textMax = 240
/** A stack of more lines than this is an overflow that repeats itself. */
const linesMax = 2000

export function parseStack(text: string): Frame[] {
  const lines = text.split('\n', linesMax)
  const frames = pythonFrames(lines) ?? goFrames(lines) ?? javaOrNodeFrames(lines)
  return frames.slice(0, framesMax)
}

const javaLine = /^\s*at (?:[\w.$-]+@?[\w.-]*\/{1,2})?([\w$.<>]+)\(([^():]*)(?::(\d+))?\)/
const nodeNamed = /^\s*at (?:async )?(.+?) \(((?:file:\/\/)?[^()]+?):(\d+):\d+\)\s*$/
const nodeBare =
  /^\s*at (?:async )?((?:file:\/\/|node:|\/|[A-Za-z]:\\|webpack)[^()]*?):(\d+):\d+\s*$/

function javaOrNodeFrames(lines: readonly string[]): Frame[] {
  const frames: Frame[] = []
  for (const line of lines) {
    if (frames.length >= framesMax) break
    const frame = nodeFrame(line) ?? javaFrame(line)
    if (frame !== null) frames.push(frame)
  }
  return frames
}

function nodeFrame(line: string): Frame | null {
  const named = nodeNamed.exec(line)
  const bare = named === null ? nodeBare.exec(line) : null
  if (named === null && bare === null) return null
  const raw = (named?.[2] ?? bare?.[1])!
  const file = raw.replace(/^file:\/\//, '').replace(/^webpack(-internal)?:\/+/, '')
  const inApp =
    !/^(node:|internal\/)|[/\\]node_modules[/\\]|^<anonymous>|^native$/.test(file) &&
    /[/\\.]/.test(file)
  return frameOf({ file, line: named?.[3] ?? bare?.[2], name: named?.[1], inApp })
}

const javaForeign =
  /^(java|javax|jdk|sun|jakarta|kotlin|kotlinx|scala|groovy|akka|reactor|okhttp3|org\.(springframework|apache|hibernate|eclipse|jboss|junit|postgresql|slf4j|mybatis)|com\.(sun|fasterxml|google|zaxxer|mysql|oracle)|io\.(opentelemetry|netty|grpc|micronaut|quarkus|vertx|undertow|micrometer|reactivex|projectreactor))[.$]/

function javaFrame(line: string): Frame | null {
  const match = javaLine.exec(line)
  if (match === null) return null
  const [, name, source, number] = match
  const parts = name!.split('.')
  if (parts.length < 2) return null
  const folder = parts.slice(0, -2).join('/')
  const isFile = /\.\w+$/.test(source!)
  const className = parts.at(-2)!.split('$', 1)[0]!
  const base = isFile ? source! : `${className}.java`
  return frameOf({
    file: folder === '' ? base : `${folder}/${base}`,
    line: number,
    name: name!,
    inApp: !javaForeign.test(name!) && !name!.includes('$Proxy') && !name!.includes('$$'),
  })
}

const pythonLine = /^\s*File "([^"]+)", line (\d+)(?:, in (.+?))?\s*$/

/** Newest last; of several tracebacks the last one is the exception's own. */
function pythonFrames(lines: readonly string[]): Frame[] | null {
  let frames: Frame[] = []
  let found = false
  for (const line of lines) {
    if (line.startsWith('Traceback (most recent call last)')) {
      frames = []
      found = true
    }
    const match = pythonLine.exec(line)
    if (match === null) continue
    found = true
    const [, file, number, name] = match
    const inApp =
      !/[/\\](site-packages|dist-packages)[/\\]|[/\\]lib[/\\]python\d|^<frozen|^<string>/.test(
        file!,
      )
    frames.push(frameOf({ file: file!, line: number, name, inApp }))
  }
  return found && frames.length > 0 ? frames.reverse() : null
}

const goFile = /^\s+(\S.*\.(?:go|s)):(\d+)(?: \+0x[\da-f]+)?\s*$/

/** Two lines a frame: the function with its arguments in hex, then file and line. */
function goFrames(lines: readonly string[]): Frame[] | null {
  const frames: Frame[] = []
  for (let at = 1; at < lines.length && frames.length < framesMax; at++) {
    const match = goFile.exec(lines[at]!)
    if (match === null) continue
    const name = goFunction(lines[at - 1]!)
    const file = match[1]!
    const inApp =
      !/\/pkg\/mod\/|\/vendor\/|\/go\/src\/|\/usr\/(local\/|lib\/)?go|^runtime\//.test(file) &&
      !/^(runtime|panic)\b/.test(name)
    frames.push(frameOf({ file, line: match[2], name, inApp }))
  }
  return frames.length > 0 ? frames : null
}

/** `main.(*Stock).query(0xc0001, {0x1, 0x2})` -> `main.(*Stock).query` */
function goFunction(line: string): string {
  const text = line
    .trim()
    .replace(/^created by /, '')
    .replace(/ in goroutine \d+$/, '')
  if (!text.endsWith(')')) return text
  let depth = 0
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] === ')') depth++
    else if (text[at] === '(' && --depth === 0) return text.slice(0, at)
  }
  return text
}

interface Found {
  readonly file: string
  readonly line: string | undefined
  readonly name: string | undefined
  readonly inApp: boolean
}

function frameOf({ file, line, name, inApp }: Found): Frame {
  return {
    file: file.slice(-textMax),
    line: line === undefined ? null : Number(line),
    function: name === undefined || name === '<anonymous>' ? null : name.slice(0, textMax),
    inApp,
  }
}
