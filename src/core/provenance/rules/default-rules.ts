/** The rules that ship with Culprit, as data beside this file. Source: provenance reference, sections 7, 8 and 16. */
import type { RulesFile } from '../../../contracts/provenance-rules.ts'
import file from './default-rules.json' with { type: 'json' }

/** Held to its schema by a test. */
export const defaultRules = file as unknown as RulesFile
