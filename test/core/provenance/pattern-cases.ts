/** Of each rule's pattern: lines that it must find, lines that it must not, and what was decided for all near to them. */
const uuid = '3f2c9a10-7d54-4e0b-9c61-5b8e2f4a7d03'
const odd = uuid.replace('3f2c', '3F2C')
const hexless = uuid.replace('3f2c', '3g2c')
const short = uuid.slice(0, -1)

/** Found: one of each way of writing it that the reference shows. */
export const found: Readonly<Record<string, readonly string[]>> = {
  A2: ['Dana Smith (aider)', ' (aider)'],
  F2: ['aider: fix', 'AIDER: fix'],
  'S1.claude-session': [
    'Claude-Session: https://claude.ai/code/session_01AbCdEf',
    'Claude-Session:https://claude.ai/code/a-b',
    'Claude-Session:  https://claude.ai/code/',
  ],
  'S1.copilot-session': [
    `Copilot-Session: ${uuid}`,
    `Copilot-Session:${odd} x`,
    `Copilot-Session:  ${uuid}`,
  ],
  'S1.agent-logs-url': [
    `Agent-Logs-Url: https://github.com/a/b/sessions/${uuid}`,
    `Agent-Logs-Url:https://github.com/own-er/re.po/sessions/${odd}`,
    `Agent-Logs-Url:  https://github.com/a/b/sessions/${uuid} x`,
  ],
  'S1.amp-thread': [
    `Amp-Thread-ID: https://ampcode.com/threads/T-${uuid}`,
    'Amp-Thread-ID:https://ampcode.com/threads/T-',
    'Amp-Thread-ID:  https://ampcode.com/threads/T-a_1',
  ],
  'S1.replit': [
    'Replit-Commit-Author: Agent',
    'Replit-Commit-Author:Assistant',
    'Replit-Commit-Author:  Agent x',
  ],
  'S1.replit-session': [
    `Replit-Commit-Session-Id: ${uuid}`,
    `Replit-Commit-Session-Id:${odd} x`,
    `Replit-Commit-Session-Id:  ${uuid}`,
  ],
  'S1.claude-generated-by': [
    'Claude-Generated-By: Claude Code (cli/claude-opus-4-5=100%)',
    'Claude-Generated-By:Claude Code (cli/a.b=1%)',
    'Claude-Generated-By:',
    'Claude-Generated-By:  Claude Code (cli/a=1%)',
  ],
  C2: [
    'Entire-Checkpoint: 3fa81c90d2b4',
    'Entire-Checkpoint:3FA81C90D2B4',
    'Entire-Checkpoint: 01ARZ3NDEKTSV4RRFFQ69G5FAV',
    'Entire-Checkpoint:  01arz3ndektsv4rrffq69g5fav  ',
  ],
  X7: [
    'Made-with: Cursor',
    'Made with Cursor',
    '🤖 Made-with  Cursor',
    'Made with Cursor.',
    'Made with Cursor. Thanks',
    'Made with Cursor (x)',
    'Made with Cursor https://cursor.com',
    'Made with Cursor http://cursor.com',
    'Made with Cursor!',
    'Made-with:  Cursor and more',
    'Made-with:Cursor',
    '?? Made with  Cursor.',
  ],
  X8: [
    'AI-assisted: true',
    'ai-assisted:yes',
    'AI-assisted:  true  ',
    'AI-assistant: Cline',
    'Coding-Agent:Cline 2',
    'AI-Agent:  x',
    'AI-assisted-by: somebody',
    'AI-Agent: nobody',
    'AI-Agent: none of them',
    'AI-Agent: no x',
    'AI-Agent: false x',
    'AI-Agent: n/a x',
    'AI-Agent: -x',
  ],
  X9: [
    'Agent-Signature: x',
    'Agent-Signature:x',
    'Agent-Signature:  x',
    'Executed-By: repo/crew/emma',
    'Executed-By:r/polecats/e',
    'Executed-By:  r/mayor/e',
    'Executed-By: r/witness/e',
    'Executed-By: r/refinery/e',
  ],
  F1: [
    'Generated with Claude Code',
    '🤖 Generated with [Claude Code](https://claude.com/claude-code)',
    '馃 Generated with Crush',
    '???????????? Generated with Continue.'.slice(1),
    'Generated with [opencode](x)',
    'Generated with Firebender',
    'Generated with Codex',
    'Generated with Devin',
    'Generated with [Crush](x)',
    'Generated with Continue. Thanks',
    'Generated with Codex https://x',
    'Generated with Codex http://x',
    'Generated with Devin!',
    'Generated with Crush, and more',
    'Generated with Crush <x>',
    'Generated with opencode and more',
    'Generated with Firebender and more',
  ],
  P2: ['codex/x', 'claude/x', 'copilot/x', 'cursor/x', 'devin/x', 'jules/x', 'CLAUDE/x'],
}

/** Not found, though near. */
export const notFound: Readonly<Record<string, readonly string[]>> = {
  A2: [
    'Dana (aider',
    'Dana(aider)',
    'Dana aider)',
    'Dana (aider) x',
    'Dana (aidr)',
    'Dana (aiders)',
  ],
  F2: ['aider fix', 'aider:fix', 'x aider: fix', 'aidr: x'],
  'S1.copilot-session': [
    `Copilot-Session: ${short}`,
    `Copilot-Session: ${hexless}`,
    `Copilot-Session: ${uuid}a`,
  ],
  'S1.agent-logs-url': [
    `Agent-Logs-Url: https://github.com/a/b/c/sessions/${uuid}`,
    `Agent-Logs-Url: https://github.com/a b/c/sessions/${uuid}`,
    `Agent-Logs-Url: https://github.com/a/b c/sessions/${uuid}`,
  ],
  C2: [
    'Entire-Checkpoint: 01ARZ3NDEKTSV4RRFFQ69G5FAI',
    'Entire-Checkpoint: 01ARZ3NDEKTSV4RRFFQ69G5FAL x',
  ],
  X7: [
    `${'?'.repeat(13)}Made with Cursor`,
    '[Made with Cursor',
    'Made with Cursory',
    'Made with cursor-based pagination',
    'Made with cursor pointer on hover',
  ],
  X8: [
    'AI-assisted: true story',
    'AI-assisted: no',
    ...['none', 'no', 'false', 'n/a', '-'].flatMap((said) => [
      `AI-Agent: ${said}`,
      `AI-Agent: ${said}  `,
    ]),
    'AI-assistant:',
    'AI-assistant:   ',
  ],
  X9: ['Executed-By: a b/crew/x', 'Executed-By: a/b/crew/x', 'Executed-By: r/crew/ x'],
  F1: [
    `${'?'.repeat(13)}Generated with Crush`,
    '[Generated with Crush',
    'Generated with Crushed',
    'Generated with Continue on error set',
    'Generated with codex tables',
    'Generated with Continue.js',
    'Generated with codex: x',
  ],
  P2: ['x/claude/y', 'claude-x'],
}

/** What was decided for all of the lines near to those: it changes with any mutation, and with a wanted change. */
export const decided: Readonly<Record<string, string>> = {
  A2: '460f083da876cf60',
  C2: '14f930e2f7f93b0c',
  F1: '3f5a2ab870653999',
  F2: '883a1f8e59f076b3',
  P2: '394dd14156ab4850',
  'S1.agent-logs-url': 'c17c7a0c22205aad',
  'S1.amp-thread': 'd289c66785bb6ecf',
  'S1.claude-generated-by': 'd642295a123a77ea',
  'S1.claude-session': 'f66666021f482b0a',
  'S1.copilot-session': '7bf57da0ec522223',
  'S1.replit-session': '67868ad6bfc774fd',
  'S1.replit': '20098f15b503f2f7',
  X7: '4bffd32f7095ee2c',
  X8: '337b7ce01203b399',
  X9: 'b666bab2d09a8d54',
}
