/** Tables and sentences for people. No colour where the output is no terminal or `NO_COLOR` is set. */
import { styleText } from 'node:util'
import type { Incident, Suspect } from '../../contracts/incident.ts'
import { formatServiceKey } from '../../core/kernel/service-key.ts'
import { evidenceUnit, signalText } from './signal-text.ts'

export function print(line = ''): void {
  process.stdout.write(`${line}\n`)
}

export function printJson(values: readonly unknown[]): void {
  for (const value of values) print(JSON.stringify(value))
}

export function strong(text: string): string {
  return isPlain() ? text : styleText('bold', text)
}

function isPlain(): boolean {
  return !process.stdout.isTTY || (process.env['NO_COLOR'] ?? '') !== ''
}

/** Columns as wide as their widest cell; the last one runs free. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widths[i]!))).join('  ')
  print(strong(line(head)))
  for (const row of rows) print(line(row).trimEnd())
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

export function chance(probability: number): string {
  const whole = Math.round(probability * 100)
  return whole >= 100 ? '99 %' : whole < 1 ? '<1 %' : `${whole} %`
}

export function provenanceText({ provenance }: Suspect): string {
  if (provenance === null) return ''
  const tools = provenance.agents.map(({ tool, model }) => (model ? `${tool} (${model})` : tool))
  const state = provenance.state === 'unknown' ? 'unknown, no record' : provenance.state
  return tools.length === 0 ? state : `${state}: ${tools.join(', ')}`
}

const recordedMax = 4

/** Lines of the change that a record gives to somebody, each with what says so. */
function recordedLines({ provenance }: Suspect): string[] {
  if (provenance === null || provenance.spans.length === 0) return []
  const { spans, evidence } = provenance
  const told = spans.slice(0, recordedMax).map(({ path, start, end, by, evidence: index }) => {
    const lines = start === end ? `${start}` : `${start}-${end}`
    const said = evidence[index]
    const because = said === undefined ? '' : `, rule ${said.rule}, ${said.locator}`
    return `lines ${path}:${lines} by ${by}${because}`
  })
  const more = spans.length - recordedMax
  return more > 0 ? [...told, `and ${more} more`] : told
}

const signalsMax = 6
const suspectsMax = 5

/** What the bound leaves out is said, with the chance that it is among them. */
function restOf(suspects: readonly Suspect[]): void {
  if (suspects.length === 0) return
  const together = suspects.reduce((sum, { probability }) => sum + probability, 0)
  print(
    `  ${chance(together).padStart(5)}  ${plural(suspects.length, 'other')}${suspects.length === 1 ? '' : ' together'} (all of them: --json)`,
  )
}

export function incidentText(incident: Incident): void {
  print(strong(incident.title))
  print(incident.summary)
  print(`${incident.id} · ${incident.state} · ${incident.severity} · onset ${incident.onsetAt}`)
  print()
  print('What got worse')
  for (const { release, signals } of incident.regressions) {
    const worse = signals.filter(({ state }) => state === 'regressed')
    for (const each of worse.slice(0, signalsMax))
      print(`  ${formatServiceKey(release.service)} ${signalText(each)}`)
    if (worse.length > signalsMax) print(`  and ${worse.length - signalsMax} more`)
  }
  print(`  ${evidenceUnit}`)
  print()
  print('Suspects')
  for (const suspect of incident.suspects.slice(0, suspectsMax)) {
    const label = provenanceText(suspect)
    print(
      `  ${chance(suspect.probability).padStart(5)}  ${suspect.title}${suspect.revision ? ` (${suspect.revision.slice(0, 12)})` : ''}${label === '' ? '' : `  [${label}]`}`,
    )
    for (const line of recordedLines(suspect)) print(`         ${line}`)
    for (const { term, bits, fact } of suspect.evidence) {
      print(`         ${bits >= 0 ? '+' : '−'}${Math.abs(bits).toFixed(1)} bits  ${term}: ${fact}`)
    }
  }
  restOf(incident.suspects.slice(suspectsMax))
  print('  Who or what wrote a change plays no part in these numbers.')
  if (incident.suggestion === null) return
  const { to, confidence, refusals, checks, commands } = incident.suggestion
  print()
  print(
    `Suggested: go back to ${to.version ?? to.revision} (${to.why}), confidence ${chance(confidence)}`,
  )
  for (const { fact } of refusals) print(`  against: ${fact}`)
  for (const { fact } of checks) print(`  checked: ${fact}`)
  for (const { for: tool, command } of commands) print(`  ${tool}: ${command}`)
}
