/**
 * The Git AI note of a commit (Git AI Standard v3.0.0): which lines a session of a tool wrote. Ids as the standard
 * derives them; the trace id, random there, is derived from the conversation so that the note is the same every time.
 */
import { createHash } from 'node:crypto'

export interface NoteFacts {
  readonly tool: string
  readonly model: string
  readonly conversation: string
  readonly author: string
  readonly parent: string
  /** Lines of the commit's own version of each file, 1-based, both ends included. */
  readonly lines: ReadonlyMap<string, readonly (readonly [number, number])[]>
}

export function gitAiNote(facts: NoteFacts): string {
  const { tool, model, conversation } = facts
  const session = `s_${digits(`${tool}:${conversation}`)}`
  const trace = `t_${digits(`trace:${conversation}`)}`
  const attestation = [...facts.lines].map(([path, ranges]) => {
    const list = ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`))
    return `${path}\n  ${session}::${trace} ${list.join(',')}\n`
  })
  const metadata = {
    schema_version: 'authorship/3.0.0',
    git_ai_version: '1.6.24',
    base_commit_sha: facts.parent,
    prompts: {},
    sessions: {
      [session]: { agent_id: { tool, id: conversation, model }, human_author: facts.author },
    },
  }
  return `${attestation.join('')}---\n${JSON.stringify(metadata, null, 2)}\n`
}

function digits(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 14)
}

/** Added lines by file, out of `git show --unified=0`. */
export function addedLines(diff: string): Map<string, (readonly [number, number])[]> {
  const lines = new Map<string, (readonly [number, number])[]>()
  let path = ''
  for (const line of diff.split('\n')) {
    if (line.startsWith('+++ b/')) path = line.slice('+++ b/'.length)
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line)
    if (hunk === null) continue
    const [from, count] = [Number(hunk[1]), Number(hunk[2] ?? 1)]
    if (count > 0) lines.set(path, [...(lines.get(path) ?? []), [from, from + count - 1]])
  }
  return lines
}
