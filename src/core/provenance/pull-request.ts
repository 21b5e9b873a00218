/**
 * Reads pull-request facts that a user exported: `gh pr view --json …`, GitHub's and GitLab's REST objects; one, an
 * array, or one a line. Never throws; what has no number is skipped and counted.
 *
 * The body is read for marks and not kept. Logins are accounts of the forge, not names of people.
 */
import { isObject, jsonValues, type JsonObject } from '../kernel/json.ts'

export interface PullFacts {
  readonly number: number
  /** Account that opened it; null where only a merge's subject is known. */
  readonly author: string | null
  readonly headRef: string | null
  readonly mergedAtMs: number | null
  readonly labels: readonly string[]
  readonly reviewers: readonly string[]
  readonly checks: readonly { readonly name: string; readonly conclusion: string }[]
  /** The commit that it became on the base branch. */
  readonly mergeCommit: string | null
  readonly commits: readonly string[]
  /** Lines of the body that may hold a mark. */
  readonly footers: readonly string[]
}

export interface ReadPulls {
  readonly pulls: readonly PullFacts[]
  readonly skipped: number
}

const itemsMax = 1_000
const textMax = 256

export function readPullRequests(text: string): ReadPulls {
  const pulls: PullFacts[] = []
  let skipped = 0
  for (const value of jsonValues(text)) {
    const pull = isObject(value) ? pullOf(value) : null
    if (pull === null) skipped++
    else pulls.push(pull)
  }
  return { pulls, skipped }
}

function pullOf(value: JsonObject): PullFacts | null {
  // A number of GitLab counts within the project as `iid`.
  const number = value['iid'] ?? value['number']
  if (!Number.isSafeInteger(number) || (number as number) < 1) return null
  const head = isObject(value['head']) ? value['head'] : {}
  const merge = isObject(value['mergeCommit']) ? value['mergeCommit']['oid'] : undefined
  const body = textOf(value['body']) ?? textOf(value['description']) ?? ''
  return {
    number: number as number,
    author: loginOf(value['author']) ?? loginOf(value['user']),
    headRef: textOf(value['headRefName']) ?? textOf(head['ref']) ?? textOf(value['source_branch']),
    mergedAtMs: timeOf(value['mergedAt'] ?? value['merged_at']),
    labels: named(value['labels']),
    reviewers: unique([
      ...listOf(value['reviews']).map((each) => loginOf(fieldOf(each, 'author', 'user'))),
      ...listOf(value['latestReviews']).map((each) => loginOf(fieldOf(each, 'author', 'user'))),
      ...listOf(value['reviewers']).map(loginOf),
      ...listOf(value['requested_reviewers']).map(loginOf),
    ]),
    checks: listOf(value['statusCheckRollup']).flatMap(checkOf).slice(0, itemsMax),
    mergeCommit:
      shaOf(merge) ?? shaOf(value['squash_commit_sha']) ?? shaOf(value['merge_commit_sha']),
    commits: unique(
      listOf(value['commits']).map((each) => shaOf(fieldOf(each, 'oid', 'sha', 'id'))),
    ),
    footers: body.split('\n').slice(0, itemsMax),
  }
}

function checkOf(value: unknown): PullFacts['checks'][number][] {
  if (!isObject(value)) return []
  const name = textOf(value['name']) ?? textOf(value['context'])
  const conclusion = textOf(value['conclusion']) ?? textOf(value['state'])
  return name === null || conclusion === null
    ? []
    : [{ name: name.slice(0, textMax), conclusion: conclusion.toLowerCase().slice(0, textMax) }]
}

function fieldOf(value: unknown, ...names: readonly string[]): unknown {
  if (!isObject(value)) return undefined
  return names.map((name) => value[name]).find((each) => each !== undefined)
}

function loginOf(value: unknown): string | null {
  const login = textOf(fieldOf(value, 'login', 'username'))
  return login === null ? null : login.slice(0, textMax)
}

function named(value: unknown): string[] {
  return unique(
    listOf(value).map((each) => (typeof each === 'string' ? each : textOf(fieldOf(each, 'name')))),
  )
}

function unique(values: readonly (string | null)[]): string[] {
  const found = values.filter((each) => each !== null).map((each) => each.slice(0, textMax))
  return [...new Set(found)].slice(0, itemsMax)
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function shaOf(value: unknown): string | null {
  return typeof value === 'string' && /^[0-9a-f]{7,64}$/.test(value) ? value : null
}

function timeOf(value: unknown): number | null {
  const atMs = typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isFinite(atMs) ? atMs : null
}
