/** Writes `schemas/`: `npm run schemas`. A test holds that what is checked in is what this makes. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemaFiles } from './files.ts'

const folder = join(import.meta.dirname, '../../../schemas')
mkdirSync(folder, { recursive: true })
for (const [name, text] of schemaFiles()) writeFileSync(join(folder, name), text)
process.stdout.write(`${schemaFiles().size} files in schemas/\n`)
