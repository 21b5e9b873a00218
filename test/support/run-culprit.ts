/** Runs the command line as a program, and answers with its exit code and what it printed. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'

const main = join(import.meta.dirname, '../../src/cli/main.ts')

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export function runCulprit(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Ran> {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 28 }
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}
