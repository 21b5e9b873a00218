/** Settings of the simulated processors: the defaults, but for an incident that may end within a run. */
import { attributeDefaults, detectDefaults } from '../support/pipeline.ts'

export const attributeSettings = { ...attributeDefaults, resolveAfterMs: 20_000 }
export const detectSettings = detectDefaults
