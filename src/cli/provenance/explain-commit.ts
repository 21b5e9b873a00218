/** Which rule said what about which line of one commit, and what it adds up to. */
import type { Change } from '../../contracts/change.ts'
import { alignedTable, plainText } from '../changes/aligned-table.ts'

export function explainCommit({ sha, subject, provenance, linesAdded }: Change): string {
  const { state, evidence, spans, lines, agents, sessions } = provenance
  const out = [`${sha.slice(0, 12)}  ${plainText(subject)}`, '']
  if (evidence.length === 0) out.push('no rule found a mark')
  else {
    const rows = evidence.map(({ rule, role, scope, confidence, locator, excerpt, flags }, at) => [
      `[${at}]`,
      rule,
      confidence.toFixed(2),
      `${role}, ${scope}`,
      locator,
      [excerpt ?? '', flags.length > 0 ? `(${flags.join(', ')})` : ''].join(' ').trim(),
    ])
    out.push(...alignedTable([['', 'rule', 'confidence', 'says', 'where', 'what'], ...rows]))
  }
  if (spans.length > 0) {
    const rows = spans.map(({ path, start, end, by, session, evidence: index }) => [
      path,
      start === end ? `${start}` : `${start}-${end}`,
      by,
      `[${index}] ${evidence[index]!.rule}`,
      session === undefined ? '' : sessions[session]!.id,
    ])
    out.push('', ...alignedTable([['file', 'lines', 'by', 'evidence', 'session'], ...rows]))
  }
  const [lower, upper] = lines.ai
  const tools = agents.map(({ tool, model }) => (model === undefined ? tool : `${tool} (${model})`))
  const by = tools.length > 0 ? `, ${tools.join(', ')}` : ''
  out.push('', `${state}${by}`)
  out.push(
    `of ${linesAdded} added lines: ${lower} to ${upper} by AI, ${lines.human} attested human, ${lines.unknown} without a record`,
  )
  if (state === 'unknown')
    out.push('unknown means that no mark was found, never that a person wrote it')
  out.push(`rules ${provenance.rulesVersion}`)
  return out.map((line) => `${line}\n`).join('')
}
