/**
 * Who an author, committer or co-author is: a known agent, automation, a placeholder, or neither of them.
 *
 * Order (provenance reference, 16.6): placeholder, exact e-mail, GitHub id and account name (an agent's name
 * beats an automation's id), an agent's name with a no-reply or robot address, automation, person. `human` says
 * only that nobody known was met; it is no evidence about lines.
 */
import type { Identity } from '../../contracts/change.ts'
import type { Account } from '../../contracts/provenance-rules.ts'
import type { Person } from './commit-facts.ts'

const noReply = /^(?:(\d{1,15})\+)?([^@]+)@users\.noreply\.github\.com$/i
const placeholder =
  /@(?:[^@]+\.)?(?:example(?:\.[a-z]+)?|test|localhost)$|@localhost\b|\.test$|^test@git-ai-test\.com$/i
const robotAddress = /(?:no-?reply|bot)\b.*@|@(?:[^@]*\.)?noreply\./i
/** `ci-bot@`, `renovatebot@`; people are called Talbot, Abbot and Cabot. */
const robotLocal = /(?:^|[a-z0-9._+-])(?<!tal|abb|ab|ca|tur)bot@/i
const automationName =
  /\[bot\]$|^(?:dependabot|renovate|github-actions|pre-commit-ci|otelbot|autofix-ci|mintlify|snyk)\b|-maestro\b|^(?:release|semantic-release|goreleaser)-?bot$/i

export interface Identified {
  readonly identity: Identity
  /** The entry of the table that it met. */
  readonly account: Account | null
}

export class Identities {
  readonly #byEmail = new Map<string, Account>()
  readonly #byId = new Map<string, Account>()
  readonly #bySlug = new Map<string, Account>()

  constructor(accounts: readonly Account[]) {
    for (const account of accounts) {
      const slug = account.slug?.toLowerCase()
      // The first entry speaks: a user's own stand before those that ship.
      keep(this.#byEmail, account.email?.toLowerCase(), account)
      keep(
        this.#byId,
        account.githubId === undefined ? undefined : String(account.githubId),
        account,
      )
      keep(this.#bySlug, slug, account)
    }
  }

  identify(person: Person): Identified {
    const name = person.name.trim()
    const email = person.email.trim()
    if (placeholder.test(email)) return found({ name, email }, 'placeholder', null)
    const exact = this.#byEmail.get(email.toLowerCase())
    if (exact) return found({ name, email }, exact.class, exact)
    const github = noReply.exec(email)
    const [, id, slug = ''] = github ?? []
    const account = this.#account(id, slug.toLowerCase())
    const person_ = { name, email, ...(id ? { githubId: Number(id) } : {}) }
    if (account) return found(person_, account.class, account)
    const byName = robotAddress.test(email) ? this.#bySlug.get(name.toLowerCase()) : undefined
    if (byName && name.endsWith('[bot]')) return found(person_, byName.class, byName)
    const robot =
      automationName.test(name) ||
      slug.toLowerCase().endsWith('[bot]') ||
      robotLocal.test(email) ||
      /-maestro(?:\[bot\])?@/i.test(email)
    return found(person_, robot ? 'automation' : 'human', null)
  }

  /** The known account of a forge's login; `app/…` is a GitHub App, whose account ends in `[bot]`. */
  ofLogin(login: string): Account | null {
    const slug = login.trim().toLowerCase()
    return this.#bySlug.get(slug.replace(/^app\/(.*)$/, '$1[bot]')) ?? null
  }

  #account(id: string | undefined, slug: string): Account | undefined {
    const bySlug = slug === '' ? undefined : this.#bySlug.get(slug)
    const byId = id === undefined ? undefined : this.#byId.get(id)
    if (byId?.class === 'automation' && bySlug?.class === 'agent') return bySlug
    return byId ?? bySlug
  }
}

function keep(map: Map<string, Account>, key: string | undefined, account: Account): void {
  if (key !== undefined && key !== '' && !map.has(key)) map.set(key, account)
}

function found(
  person: Pick<Identity, 'name' | 'email' | 'githubId'>,
  is: Identity['class'],
  account: Account | null,
): Identified {
  const tool = account ? { tool: account.tool } : {}
  return { identity: { ...person, class: is, ...tool }, account }
}
