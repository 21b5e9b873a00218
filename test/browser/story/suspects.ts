/** The suspects of the incident with their evidence in bits, and how to make the provenance of one. */
import type { Provenance } from '../../../src/contracts/change.ts'
import type { Suspect } from '../../../src/contracts/incident.ts'
import { checkout } from './releases.ts'

export function provenance(
  state: Provenance['state'],
  lines: Provenance['lines'],
  tool?: readonly [string, string | null],
): Provenance {
  return {
    state,
    agents:
      tool === undefined
        ? []
        : [{ tool: tool[0], ...(tool[1] === null ? {} : { model: tool[1] }) }],
    sessions:
      tool === undefined
        ? []
        : [
            {
              id: '7f3a91c2',
              agent: 0,
              traceIds: [],
              url: 'https://example.com/sessions/7f3a91c2',
            },
          ],
    spans:
      tool === undefined
        ? []
        : [
            { path: 'src/cart/totals.ts', start: 41, end: 42, by: 'ai', session: 0, evidence: 0 },
            { path: 'src/cart/totals.ts', start: 57, end: 57, by: 'ai', session: 0, evidence: 0 },
          ],
    lines,
    evidence:
      tool === undefined
        ? []
        : [
            {
              rule: 'git-ai-note',
              source: 'git-note',
              role: 'author',
              scope: 'line',
              confidence: 0.98,
              locator: 'refs/notes/ai:4b825dc',
              flags: [],
            },
            {
              rule: 'claude-trailer',
              source: 'trailer',
              role: 'co-author',
              scope: 'commit',
              confidence: 0.95,
              locator: 'message:L14',
              excerpt: 'Co-Authored-By: Claude',
              flags: [],
            },
          ],
    rulesVersion: '1',
  }
}

export const suspects: readonly Suspect[] = [
  {
    rank: 1,
    kind: 'change',
    id: 'github.com/shop/shop@f95f85b',
    release: checkout.id,
    probability: 0.9118,
    title: 'Cache cart totals (#812)',
    revision: 'f95f85b1c0ffee00000000000000000000000000',
    accountable: ['Dana Okafor', 'team-checkout'],
    provenance: provenance('ai', { ai: [3, 6], human: 0, unknown: 3 }, [
      'claude-code',
      'claude-opus',
    ]),
    probabilityWithProvenance: 0.92,
    evidence: [
      {
        term: 'prior',
        bits: -4.12,
        fact: 'One of 12 changes in the release; 8 of its 611 changed lines.',
      },
      {
        term: 'contrast',
        bits: 4.61,
        fact: 'In the same minutes 1.42.0 failed 187 of 6,030 requests, 1.41.3 failed 39 of 9,715.',
      },
      {
        term: 'onset',
        bits: 1.83,
        fact: 'Errors began at 09:04:40, 30 s after the first request to 1.42.0.',
      },
      {
        term: 'dose',
        bits: 0.86,
        fact: 'Failures grew with the share of 1.42.0: 10 %, then 50 %.',
      },
      {
        term: 'code',
        bits: 2.63,
        fact: 'The top frame, CartTotals.apply in src/cart/totals.ts:42, is a function this change wrote.',
      },
      {
        term: 'text',
        bits: 0.91,
        fact: '“currency”, from the error message, is in the lines it added.',
      },
      { term: 'topology', bits: -0.34, fact: 'GET /cart runs the same file and stayed at 0.1 %.' },
    ],
  },
  {
    rank: 2,
    kind: 'change',
    id: 'github.com/shop/shop@b1e7720',
    release: checkout.id,
    probability: 0.0464,
    title: 'Retry payments on 502 (#809)',
    revision: 'b1e7720000000000000000000000000000000000',
    accountable: ['Sam Reyes'],
    provenance: provenance('unknown', { ai: [0, 0], human: 0, unknown: 104 }),
    probabilityWithProvenance: null,
    evidence: [
      { term: 'prior', bits: -2.91, fact: 'One of 12 changes in the release.' },
      { term: 'contrast', bits: 4.61, fact: 'As above.' },
      { term: 'onset', bits: 1.83, fact: 'As above.' },
      { term: 'dose', bits: 0.86, fact: 'As above.' },
      { term: 'code', bits: -1.41, fact: 'No frame lies in it.' },
      { term: 'text', bits: -0.52, fact: 'No word of the error is in it.' },
      { term: 'topology', bits: -0.34, fact: 'As above.' },
    ],
  },
  {
    rank: 3,
    kind: 'external',
    id: null,
    release: null,
    probability: 0.0189,
    title: 'External: traffic, third party, hardware',
    revision: null,
    accountable: [],
    provenance: null,
    probabilityWithProvenance: null,
    evidence: [
      { term: 'prior', bits: -2.32, fact: '20 % before any evidence' },
      {
        term: 'topology',
        bits: 3.21,
        fact: 'payment did not change and yet rose from 0.2 % to 0.3 %.',
      },
    ],
  },
  {
    rank: 4,
    kind: 'unobserved',
    id: null,
    release: null,
    probability: 0.0177,
    title: 'A change that is not in the list',
    revision: null,
    accountable: [],
    provenance: null,
    probabilityWithProvenance: null,
    evidence: [
      { term: 'prior', bits: -3.32, fact: '10 % before any evidence' },
      { term: 'contrast', bits: 3.1, fact: 'shares the physical evidence' },
      { term: 'onset', bits: 1.0, fact: 'shares the physical evidence' },
    ],
  },
  {
    rank: 5,
    kind: 'change',
    id: 'github.com/shop/shop@90cd41e',
    release: checkout.id,
    probability: 0.0052,
    title: 'Show delivery date <script>alert(2)</script> (#807)',
    revision: '90cd41e000000000000000000000000000000000',
    accountable: [],
    provenance: provenance('mixed', { ai: [41, 41], human: 22, unknown: 25 }, ['copilot', null]),
    probabilityWithProvenance: null,
    evidence: [{ term: 'prior', bits: -6.1, fact: 'One of 12 changes.' }],
  },
]
