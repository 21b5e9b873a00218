/** The history of a repository of a test, read with the shipped rules. */
import { openGitHistory } from '../../../src/adapters/git/open-git-history.ts'
import { Change } from '../../../src/contracts/change.ts'
import { isGenerated, isNonCode } from '../../../src/core/kernel/path-class.ts'
import { describeChange } from '../../../src/core/provenance/describe-change.ts'
import { checkpointIdsOf } from '../../../src/core/provenance/entire.ts'
import { squashOf } from '../../../src/core/provenance/kind.ts'
import { linkRecords } from '../../../src/core/provenance/link-records.ts'
import type { PullFacts } from '../../../src/core/provenance/pull-request.ts'
import { RuleBook } from '../../../src/core/provenance/rule-book.ts'
import { defaultRules } from '../../../src/core/provenance/rules/default-rules.ts'
import { extendRules } from '../../../src/core/provenance/rules/extend-rules.ts'
import type { HistoryAnswer } from '../../../src/ports/git-history.ts'

const book = new RuleBook(extendRules(defaultRules, []))

export interface OpenOptions {
  readonly blame?: boolean
  readonly words?: boolean
  readonly pulls?: readonly PullFacts[]
}

export function ask(
  path: string,
  range: string,
  { blame = true, words = true, pulls = [] }: OpenOptions = {},
): Promise<HistoryAnswer> {
  const [from = '', to = ''] = range.split('..')
  return openGitHistory({
    path,
    blame,
    words,
    reader: {
      checkpointIdsOf,
      squashOf,
      link: (commits, records) => linkRecords(commits, { ...records, pulls }),
      describe: (commit, repo) => describeChange(commit, { repo, book }),
    },
    isCode: (file) => !isNonCode(file),
    isGenerated,
  }).changes({ from, to })
}

/** Changes newest first, each held to its schema. */
export async function read(path: string, range: string, options: OpenOptions = {}) {
  const answer = await ask(path, range, options)
  if (answer.outcome === 'refused') throw new Error(`${answer.reason}: ${answer.detail}`)
  const changes = answer.changes.toReversed().map((change) => Change.parse(change))
  return { ...answer, changes }
}
