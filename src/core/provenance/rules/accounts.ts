/**
 * Accounts and addresses of agents, review tools and automation: exact, never by domain, for real people
 * have addresses at the same vendors. Source: provenance reference, section 8.
 */
import type { Account } from './rule.ts'

const address = (tool: string, ...emails: readonly string[]): Account[] =>
  emails.map((email) => ({ email, tool, class: 'agent' }))

const github = (tool: string, githubId: number, ...slugs: readonly string[]): Account[] =>
  slugs.map((slug) => ({ githubId, slug, tool, class: 'agent' }))

const slugOnly = (tool: string, ...slugs: readonly string[]): Account[] =>
  slugs.map((slug) => ({ slug, tool, class: 'agent' }))

const reviewer = (account: Omit<Account, 'class' | 'role'>): Account => ({
  ...account,
  class: 'agent',
  role: 'review-suggestion',
})

const automation = (tool: string, githubId: number, slug: string): Account => ({
  githubId,
  slug,
  tool,
  class: 'automation',
})

export const accounts: readonly Account[] = [
  ...address('claude-code', 'noreply@anthropic.com'),
  ...address('cursor', 'cursoragent@cursor.com'),
  ...address('aider', 'aider@aider.chat', 'noreply@aider.chat', 'noreply@aider.dev'),
  ...address('codex', 'noreply@openai.com', 'codex@openai.com'),
  ...address('amp', 'amp@ampcode.com'),
  ...address('openhands', 'openhands@all-hands.dev', 'opendevin@all-hands.dev'),
  ...address('continue', 'noreply@continue.dev'),
  ...address('roo-code', 'roomote@roocode.com'),
  ...address('crush', 'crush@charm.land'),
  ...address('opencode', 'noreply@opencode.ai'),
  ...address('junie', 'junie@jetbrains.com'),
  ...address('qwen-code', 'qwen-coder@alibabacloud.com'),
  ...address('warp', 'agent@warp.dev', 'oz-agent@warp.dev'),
  ...address('copilot', 'copilot@github.com'),
  { email: 'yesreply@happy.engineering', tool: 'happy', class: 'agent', mute: true },
  ...github('copilot', 198982749, 'Copilot', 'copilot-swe-agent[bot]'),
  ...github('copilot', 223556219, 'Copilot'),
  reviewer({ githubId: 175728472, slug: 'Copilot', tool: 'copilot' }),
  reviewer({ githubId: 62310815, slug: 'github-advanced-security[bot]', tool: 'copilot-autofix' }),
  reviewer({ githubId: 223894421, slug: 'github-code-quality[bot]', tool: 'copilot-autofix' }),
  ...github('claude-code', 209825114, 'claude[bot]'),
  ...github('cursor', 206951365, 'cursor[bot]'),
  ...github('devin', 158243242, 'devin-ai-integration[bot]'),
  ...github('jules', 161369871, 'google-labs-jules[bot]'),
  ...github('codex', 199175422, 'chatgpt-codex-connector[bot]'),
  ...github('continue', 230936708, 'continue[bot]'),
  ...github('roo-code', 219738659, 'roomote[bot]', 'roomote-v0[bot]'),
  ...github('factory-droid', 138933559, 'factory-droid[bot]'),
  ...github('kiro', 244629292, 'kiro-agent'),
  ...github('amazon-q', 208079219, 'amazon-q-developer[bot]'),
  ...github('gemini-cli', 218195315, 'gemini-cli'),
  reviewer({ githubId: 176961590, slug: 'gemini-code-assist[bot]', tool: 'gemini-code-assist' }),
  ...slugOnly('opencode', 'opencode-agent[bot]'),
  ...slugOnly('sweep', 'sweep-ai[bot]'),
  ...slugOnly('codegen', 'codegen-sh[bot]'),
  ...slugOnly('v0', 'v0[bot]'),
  ...slugOnly('lovable', 'gpt-engineer-app[bot]'),
  reviewer({ slug: 'coderabbitai[bot]', tool: 'coderabbit' }),
  reviewer({ slug: 'ellipsis-dev[bot]', tool: 'ellipsis' }),
  reviewer({ slug: 'greptile-apps[bot]', tool: 'greptile' }),
  reviewer({ slug: 'cubic-dev-ai[bot]', tool: 'cubic' }),
  reviewer({ slug: 'sourcery-ai[bot]', tool: 'sourcery' }),
  reviewer({ slug: 'qodo-merge-pro[bot]', tool: 'qodo' }),
  reviewer({ slug: 'qodo-merge[bot]', tool: 'qodo' }),
  reviewer({ slug: 'qodo-code-review[bot]', tool: 'qodo' }),
  automation('dependabot', 49699333, 'dependabot[bot]'),
  automation('renovate', 29139614, 'renovate[bot]'),
  automation('github-actions', 41898282, 'github-actions[bot]'),
  ...['gemini-cli-robot', 'gemini-cli[bot]', 'dotnet-maestro', 'otelbot'].map(
    (slug): Account => ({ slug, tool: slug.replace('[bot]', ''), class: 'automation' }),
  ),
]
