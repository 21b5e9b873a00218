/**
 * The lines of a commit message on which a mark may stand (provenance reference, 6.1 and 6.2).
 *
 * Every line is read, not the last paragraph alone: git's own trailer parser misses between 6 and 100 % of
 * the marks. Left out: fenced blocks, quotations (`>`), list items and, outside squash messages, what is indented
 * by four spaces or a tab. A squash message is divided into the sections of its commits and the tail of
 * trailers that was hoisted out of them.
 */
export interface MessageLine {
  /** 1-based. */
  readonly number: number
  readonly text: string
  readonly indented: boolean
  /** Index of the section, null before the first one, in the tail, and in a message that is no squash. */
  readonly section: number | null
}

export interface ReadMessage {
  readonly subject: string
  readonly lines: readonly MessageLine[]
  readonly squash: boolean
  readonly sections: readonly string[]
  /** Commits that the message says it is made of. */
  readonly squashOf: readonly string[]
}

const lineMax = 1_000
const linesMax = 20_000
const sectionsMax = 1_000
const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/

export function readMessage(message: string): ReadMessage {
  const texts = message
    .replace(/\r\n?/g, '\n')
    .replace(/\u00a0/g, ' ')
    .split('\n', linesMax)
    .map((text) => text.slice(0, lineMax).trimEnd())
  const subject = texts.find((text) => text !== '') ?? ''
  const form = formOf(texts)
  const lines: MessageLine[] = []
  const sections: string[] = []
  const squashOf: string[] = []
  let section: number | null = null
  let fenced: string | null = null
  texts.forEach((text, index) => {
    const mark = fence.exec(text)
    if (fenced !== null) {
      if (mark && closes(mark, fenced)) fenced = null
      return
    }
    if (mark && !(mark[1]!.startsWith('`') && mark[2]!.includes('`'))) {
      fenced = mark[1]!
      return
    }
    const opened = form === null ? null : opens(text, form)
    if (opened !== null && sections.length < sectionsMax) {
      section = sections.length
      sections.push(opened.subject)
      if (opened.sha !== null) squashOf.push(opened.sha)
      return
    }
    if (form === 'github' && /^-{9,}$/.test(text)) section = null
    const indent = /^[ \t]*/.exec(text)![0]
    const indented = indent.length > 3 || indent.includes('\t')
    const plain = text.slice(indent.length)
    if (form === 'git' && section !== null && sections[section] === '' && indented) {
      sections[section] = plain
    }
    if (plain === '' || (indented && form === null)) return
    if (/^>|^[*+-] /.test(plain)) return
    lines.push({ number: index + 1, text: plain, indented, section })
  })
  const unique = [...new Set(squashOf)]
  return { subject, lines, squash: form !== null, sections, squashOf: unique }
}

/** GitHub joins messages as `* subject`; `git merge --squash` lists them as its log does. */
function formOf(texts: readonly string[]): 'github' | 'git' | null {
  const [first = '', ...body] = texts
  const listed = body.filter((text) => /^\* \S/.test(text)).length
  if (/\(#\d+\)$/.test(first) && listed >= 2) return 'github'
  const of = texts.findIndex((text) => text === 'Squashed commit of the following:')
  return of >= 0 && texts.some((text) => /^commit [0-9a-f]{7,64}$/.test(text)) ? 'git' : null
}

function opens(
  text: string,
  form: 'github' | 'git',
): { readonly subject: string; readonly sha: string | null } | null {
  if (form === 'github') {
    const subject = /^\* (\S.*)$/.exec(text)?.[1]
    return subject === undefined ? null : { subject, sha: null }
  }
  const sha = /^commit ([0-9a-f]{7,64})$/.exec(text)?.[1]
  return sha === undefined ? null : { subject: '', sha }
}

function closes(mark: RegExpExecArray, opened: string): boolean {
  return mark[1]![0] === opened[0] && mark[1]!.length >= opened.length && mark[2]!.trim() === ''
}
