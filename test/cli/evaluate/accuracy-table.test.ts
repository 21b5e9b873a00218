import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { accuracyTable, withTable } from '../../bench/evaluation-table.ts'

const root = join(import.meta.dirname, '../../..')

/** Columns are aligned by the formatter. */
const plain = (text: string) => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---')

it('the accuracy table of the README is that of the kept evaluation', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const json = readFileSync(join(root, 'test/bench/evaluation/evaluation.json'), 'utf8')

  expect(plain(withTable(readme, accuracyTable(json)))).toBe(plain(readme))
})
