#!/usr/bin/env node
/**
 * The command line: parses, loads the command's module, and turns failures into exit codes.
 *
 * 0 done · 1 the answer is no · 2 wrong usage or settings (one line) · 3 something needed cannot be
 * reached · 70 a bug (message and stack).
 */
import { CommanderError } from 'commander'
import { ConfigError, UnreachableError, UsageError } from '../core/kernel/errors.ts'
import { keepCompiled } from './compile-cache.ts'
import { program } from './program.ts'

keepCompiled(process.env)

// A reader that goes away (`| head`) ends the output, not with an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

// `npm run culprit` starts in the package's folder: what is typed is meant from where it was typed.
if (process.env['npm_lifecycle_event'] === 'culprit' && process.env['INIT_CWD'] !== undefined) {
  process.chdir(process.env['INIT_CWD'])
  // Programs that it starts have folders of their own.
  delete process.env['INIT_CWD']
}

try {
  await program().parseAsync(process.argv)
} catch (error) {
  // What a command had opened (a store, doors) would keep the process alive: it has nothing more to do.
  process.exit(exitCodeOf(error))
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof ConfigError || error instanceof UsageError) {
    process.stderr.write(`culprit: ${error.message}\n`)
    return 2
  }
  if (error instanceof UnreachableError) {
    process.stderr.write(`culprit: ${error.message}\n`)
    return 3
  }
  if ((error as NodeJS.ErrnoException | null)?.code === 'EPIPE') return 0
  process.stderr.write(`culprit: bug: ${error instanceof Error ? error.stack : String(error)}\n`)
  return 70
}
