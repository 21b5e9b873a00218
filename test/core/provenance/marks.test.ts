import { describe, expect, it } from 'vitest'
import { Change } from '../../../src/contracts/change.ts'
import { described, withLine } from './facts.ts'

const uuid = '3f2c9a10-7d54-4e0b-9c61-5b8e2f4a7d03'
const reply = 'users.noreply.github.com'

describe('a line of the message', () => {
  it.each([
    ['X1', 'claude-code', 'Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>'],
    ['X1', 'claude-code', 'co-authored-by: Claude <NOREPLY@Anthropic.com>'],
    ['X1', 'claude-code', `Co-authored-by: claude[bot] <41898282+claude[bot]@${reply}>`],
    ['X1', 'copilot', `Co-authored-by: Copilot <223556219+Copilot@${reply}>`],
    ['X1', 'copilot', `Co-authored-by: copilot-swe-agent[bot] <198982749+Copilot@${reply}>`],
    ['X1', 'cursor', 'Co-authored-by: Cursor <cursoragent@cursor.com>'],
    ['X1', 'aider', 'Co-authored-by: aider (gpt-5) <aider@aider.chat>'],
    ['X1', 'codex', 'Co-authored-by: Codex <noreply@openai.com>'],
    ['X1', 'devin', `Co-authored-by: Devin AI <158243242+devin-ai-integration[bot]@${reply}>`],
    ['X1', 'jules', `Co-authored-by: J <161369871+google-labs-jules[bot]@${reply}>`],
    ['X1', 'amp', 'Co-authored-by: Amp <amp@ampcode.com>'],
    ['X1', 'openhands', 'Co-authored-by: openhands <openhands@all-hands.dev>'],
    ['X1', 'opencode', 'Co-Authored-By: opencode <noreply@opencode.ai>'],
    ['X1', 'crush', 'Co-Authored-By: Crush <crush@charm.land>'],
    ['X1', 'continue', 'Co-Authored-By: Continue <noreply@continue.dev>'],
    ['X1', 'roo-code', 'Co-authored-by: Roo Code <roomote@roocode.com>'],
    ['X1', 'factory-droid', `Co-authored-by: f <138933559+factory-droid[bot]@${reply}>`],
    ['X1', 'warp', 'Co-Authored-By: Oz <oz-agent@warp.dev>'],
    ['X1', 'qwen-code', 'Co-authored-by: Qwen-Coder <qwen-coder@alibabacloud.com>'],
    ['X1', 'junie', 'Co-authored-by: Junie <junie@jetbrains.com>'],
    ['X1', 'gemini-cli', `Co-authored-by: gemini <218195315+gemini-cli@${reply}>`],
    ['X1', 'goose', 'Co-authored-by: goose <noreply@anthropic.com>'],
    ['X2', 'copilot', 'Co-authored-by: Copilot <copilot@github.com>'],
    ['X4', 'claude-code', 'Assisted-by: Claude:claude-3-opus coccinelle sparse'],
    ['X4', 'claude-code', 'Assisted-by: Claude Opus 4.6 via Claude Code'],
    ['X4', 'claude-code', 'Assisted-by: claude-code/claude-opus-4-7'],
    ['X4', 'cursor', 'Assisted-by: Cursor(Claude)'],
    ['X4', 'copilot', 'Assisted-by: GitHub Copilot'],
    ['X4', 'chatgpt', 'Assisted-by: ChatGPTv5'],
    ['X4', 'crush', 'Assisted-by: Crush:glm-5.3'],
    ['X4', 'crush', 'Assisted-by: Kimi K3 via Crush <crush@charm.land>'],
    ['X4', 'windsurf', 'Assisted-by: Windsurf'],
    ['X4', 'unknown', 'Assisted-by: LLM [smatch] [sparse]'],
    ['X4', 'unknown', 'Assisted-by: generic LLM chatbot'],
    ['X4', 'claude-code', 'Co-developed-by: Claude'],
    ['X6', 'claude-code', 'Generated-by: Claude (Claude Sonnet 4.6)'],
    ['X7', 'cursor', 'Made-with: Cursor'],
    ['X7', 'cursor', 'Made with Cursor'],
    ['X8', 'unknown', 'AI-assisted: true'],
    ['X8', 'cline', 'Coding-Agent: Cline'],
    ['F1', 'claude-code', '🤖 Generated with [Claude Code](https://claude.com/claude-code)'],
    ['F1', 'claude-code', '馃 Generated with Claude Code'],
    ['F1', 'crush', '💘 Generated with Crush'],
    ['F1', 'firebender', '🤖 Generated with [Firebender](https://firebender.com)'],
    ['S1.claude-session', 'claude-code', 'Claude-Session: https://claude.ai/code/session_01Ab'],
    ['S1.copilot-session', 'copilot', `Copilot-Session: ${uuid}`],
    ['S1.agent-logs-url', 'copilot', `Agent-Logs-Url: https://github.com/a/b/sessions/${uuid}`],
    ['S1.amp-thread', 'amp', `Amp-Thread-ID: https://ampcode.com/threads/T-${uuid}`],
    ['S1.replit', 'replit', 'Replit-Commit-Author: Agent'],
    [
      'S1.claude-generated-by',
      'claude-code',
      'Claude-Generated-By: Claude Code (cli/claude-opus-4-5=100%)',
    ],
    ['C2', 'unknown', 'Entire-Checkpoint: 0123456789ab'],
  ])('%s marks %s: %s', (rule, tool, line) => {
    const { provenance } = Change.parse(withLine(line))
    expect(provenance.evidence.map((each) => each.rule)).toEqual([rule])
    expect(provenance.agents.map((each) => each.tool)).toEqual([tool])
    expect(provenance.state).toBe('ai')
    expect(provenance.lines).toEqual({ ai: [0, 10], human: 0, unknown: 10 })
  })

  it.each([
    ['Co-authored-by: Claude Monet <claude@monet.fr>', 'a person called Claude'],
    ['Co-authored-by: Devin Ray <devin@anthropic.com>', 'a vendor’s employee'],
    ['Co-authored-by: Codex <codex@example.com>', 'a placeholder'],
    ['Co-authored-by: Happy <yesreply@happy.engineering>', 'a wrapper, extra to the real mark'],
    ['- Co-Authored-By: Claude <noreply@anthropic.com>', 'a list item is a mention'],
    ['> Co-Authored-By: Claude <noreply@anthropic.com>', 'a quotation'],
    ['```\nCo-Authored-By: Claude <noreply@anthropic.com>\n```', 'a fenced block'],
    ['~~~\nCo-Authored-By: Claude <noreply@anthropic.com>\n```\n~~~', 'a fence of tildes'],
    ['    Co-Authored-By: Claude <noreply@anthropic.com>', 'four spaces outside a squash'],
    ['\tCo-Authored-By: Claude <noreply@anthropic.com>', 'a tab outside a squash'],
    ['we asked claude and codex about the cursor', 'bare words'],
    ['🤖', 'an emoji alone'],
    ['The text was not Generated with Claude Code', 'not at the start of the line'],
    ['Assisted-by: Jane Roe', 'a person’s credit'],
    ['Assisted-by: Claude Dupont <claude@corp.com>', 'a person with a tool’s name'],
    ['Assisted-by: Someone:else', 'no known tool before the colon'],
    ['AI-assisted: no', 'a denial'],
    ['Agent-Signature: claude on behalf of dana', 'opt-in'],
    ['On-behalf-of: @org', 'no mark of an AI'],
  ])('leaves %j unknown: %s', (line) => {
    const { provenance } = withLine(line)
    expect(provenance.state).toBe('unknown')
    expect(provenance.lines).toEqual({ ai: [0, 0], human: 0, unknown: 10 })
    expect(provenance.agents).toEqual([])
  })

  it('keeps a person’s credit as evidence of .05 that names nobody', () => {
    const { evidence } = withLine('Assisted-by: Jane Roe').provenance
    expect(evidence).toMatchObject([{ rule: 'X5', confidence: 0.05 }])
    expect(JSON.stringify(evidence)).not.toContain('Jane')
  })

  it('is read with up to three spaces, CRLF and no-break spaces, in any paragraph', () => {
    const line = '   Co-Authored-By:\u00a0Claude <noreply@anthropic.com>'
    const { provenance } = described({ message: `s\r\n\r\n${line}\r\n\r\nand more\r\n` })
    expect(provenance.evidence).toMatchObject([{ rule: 'X1', confidence: 0.95, flags: [] }])
    expect(provenance.evidence[0]!.locator).toBe('message:L3')
  })

  it.each([
    ['2026-04-14T12:00:00Z', 0.85, 'ai', 'a day before'],
    ['2026-04-15T00:00:00Z', 0.4, 'unknown', 'the first day'],
    ['2026-05-31T23:59:59Z', 0.4, 'unknown', 'the last day'],
    ['2026-06-01T00:00:00Z', 0.85, 'ai', 'a day after'],
  ])('of VS Code at %s counts %d: %s', (at, confidence, state) => {
    const message = 's\n\nCo-authored-by: Copilot <copilot@github.com>'
    const { provenance } = described({ message, committedAtMs: Date.parse(at) })
    expect(provenance.evidence[0]!.confidence).toBe(confidence)
    expect(provenance.evidence[0]!.flags).toEqual(confidence < 0.5 ? ['fp-window'] : [])
    expect(provenance.state).toBe(state)
  })

  it('of one tool, said thrice, is one agent; the session is kept', () => {
    const { provenance } = withLine(
      [
        '🤖 Generated with [Claude Code](https://claude.com/claude-code)',
        '',
        'Co-Authored-By: Claude Opus 4.6 (1M context) <noreply@anthropic.com>',
        'Claude-Session: https://claude.ai/code/session_01AbCd',
      ].join('\n'),
    )
    expect(provenance.agents).toEqual([
      {
        tool: 'claude-code',
        vendor: 'anthropic',
        modelRaw: 'Claude Opus 4.6 (1M context)',
        model: 'anthropic/claude-opus-4-6',
      },
    ])
    expect(provenance.sessions).toEqual([
      {
        id: 'session_01AbCd',
        url: 'https://claude.ai/code/session_01AbCd',
        agent: 0,
        traceIds: [],
      },
    ])
  })
})

describe('an account', () => {
  const by = (author: string, committer = author) => {
    const person = (text: string) => {
      const [, name = '', email = ''] = /^(.*) <(.*)>$/.exec(text) ?? []
      return { name, email }
    }
    return described({ author: person(author), committer: person(committer) })
  }

  it.each([
    [`Devin AI <158243242+devin-ai-integration[bot]@${reply}>`, 'devin', 'A1'],
    [`copilot-swe-agent[bot] <198982749+Copilot@${reply}>`, 'copilot', 'A1'],
    ['Cursor Agent <cursoragent@cursor.com>', 'cursor', 'A1'],
    ['Codex <codex@openai.com>', 'codex', 'A1'],
    [`roomote-v0[bot] <219738659+some-new-name[bot]@${reply}>`, 'roo-code', 'A1'],
    [`Kiro Agent <244629292+kiro-agent@${reply}>`, 'kiro', 'A1'],
    ['Dana Smith (aider) <dana@shop.dev>', 'aider', 'A2'],
  ])('%s as author is %s', (author, tool, rule) => {
    const { provenance } = by(author)
    expect(provenance.evidence.map((each) => each.rule)).toEqual([rule])
    expect(provenance.agents.map((each) => each.tool)).toEqual([tool])
    expect(provenance.state).toBe('ai')
  })

  it('that only committed as aider says nothing of the author’s own lines', () => {
    const change = by('Dana Smith <dana@shop.dev>', 'Dana Smith (aider) <dana@shop.dev>')
    expect(change.provenance.state).toBe('unknown')
  })

  it('of an agent that only committed is weaker evidence', () => {
    const change = by('Dana Smith <dana@shop.dev>', 'Claude <noreply@anthropic.com>')
    expect(change.provenance.evidence).toMatchObject([{ rule: 'A4', confidence: 0.6 }])
  })

  it.each([
    [`dependabot[bot] <49699333+dependabot[bot]@${reply}>`],
    [`renovate[bot] <29139614+renovate[bot]@${reply}>`],
    [`github-actions[bot] <41898282+github-actions[bot]@${reply}>`],
    [`whatever[bot] <1+whatever[bot]@${reply}>`],
    ['gemini-cli-robot <gemini-cli-robot@google.com>'],
    ['CI <ci-bot@corp.com>'],
  ])('%s is automation, not AI', (author) => {
    const change = by(author)
    expect(change.author.class).toBe('automation')
    expect(change.provenance.state).toBe('automation')
  })

  it.each(['Jane Talbot <jane.talbot@corp.com>', 'Max Abbot <abbot@corp.com>'])(
    '%s is a person',
    (author) => {
      expect(by(author).author.class).toBe('human')
      expect(by(author).provenance.state).toBe('unknown')
    },
  )

  it.each([
    `Copilot <175728472+Copilot@${reply}>`,
    `gemini-code-assist[bot] <176961590+gemini-code-assist[bot]@${reply}>`,
    `coderabbitai[bot] <136622811+coderabbitai[bot]@${reply}>`,
    `Copilot Autofix powered by AI <62310815+github-advanced-security[bot]@${reply}>`,
  ])('%s as co-author suggested a few lines', (person) => {
    const { provenance } = withLine(`Co-authored-by: ${person}`)
    expect(provenance.state).toBe('review-suggestion')
    expect(provenance.evidence).toMatchObject([{ rule: 'X3', role: 'review-suggestion' }])
    expect(provenance.lines).toEqual({ ai: [0, 0], human: 0, unknown: 10 })
  })
})
