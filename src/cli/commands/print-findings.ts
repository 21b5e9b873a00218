import { print, printJson } from '../client/text.ts'
import type { SetUpFinding } from './set-up-findings.ts'

/** What was found, and under it what to do. */
export function printFindings(findings: readonly SetUpFinding[], json: boolean): void {
  if (json) return printJson(findings)
  for (const { level, what, mend } of findings) {
    print(`${level.padEnd(7)} ${what}`)
    if (mend !== '') print(`        ${mend}`)
  }
}
