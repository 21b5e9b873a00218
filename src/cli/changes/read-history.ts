/** A repository's answer for a range, for the commands: with the rules, the settings, and failures as exit codes. */
import { openGitHistory } from '../../adapters/git/open-git-history.ts'
import type { Config } from '../../config/settings.ts'
import { UsageError } from '../../core/kernel/errors.ts'
import { isGenerated, isNonCode, isVendored } from '../../core/kernel/path-class.ts'
import { describeChange } from '../../core/provenance/describe-change.ts'
import { checkpointIdsOf } from '../../core/provenance/entire.ts'
import { squashOf } from '../../core/provenance/kind.ts'
import { linkRecords } from '../../core/provenance/link-records.ts'
import { showPeople, type People } from '../../core/provenance/people.ts'
import type { PullFacts } from '../../core/provenance/pull-request.ts'
import type { GitHistory, HistoryAnswer, HistoryRange } from '../../ports/git-history.ts'
import { ruleBook } from './rules.ts'

export type History = Extract<HistoryAnswer, { outcome: 'read' }>

export interface HistoryQuestion {
  readonly path: string
  readonly blame: boolean
  readonly provenance: Pick<Config['provenance'], 'people' | 'tokens' | 'rules'>
  /** Pull requests that the user exported. */
  readonly pulls?: readonly PullFacts[]
}

export function gitHistory({ path, blame, provenance, pulls = [] }: HistoryQuestion): GitHistory {
  const book = ruleBook(provenance.rules)
  const people = provenance.people as People
  const shows = process.stderr.isTTY
  return openGitHistory({
    path,
    blame,
    words: provenance.tokens,
    reader: {
      checkpointIdsOf,
      squashOf,
      link: (commits, records) => linkRecords(commits, { ...records, pulls }),
      describe: (commit, repo) => {
        const described = describeChange(commit, { repo, book })
        return { ...described, change: showPeople(described.change, people) }
      },
    },
    isCode: (file) => !isNonCode(file),
    isGenerated: (file) => isGenerated(file) || isVendored(file),
    ...(shows ? { progress } : {}),
  })
}

/** What the repository refuses is wrong usage: the argument named no repository or no revision. */
export async function readHistory(
  question: HistoryQuestion,
  range: HistoryRange,
): Promise<History> {
  const answer = await gitHistory(question).changes(range)
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  if (answer.outcome === 'refused') throw new UsageError(answer.detail)
  return answer
}

function progress(step: string, done: number, total: number): void {
  const of = step === 'commits' ? '' : `/${total}`
  process.stderr.write(`\r\u001b[K${step} ${done}${of}`)
}
